import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ClosureNames, isWholeClosure, wholeClosure } from '../../src/symbols/closure-names.ts';
import type { DwarfFrame } from '../../src/symbols/dwarf/dwarf.ts';
import { homeBehind } from '../../src/symbols/source-place.ts';

test('a closure has the path that its type has among the type arguments of its caller', () => {
  const cases: [string, string, string][] = [
    ['{closure#0}', 'fold<core::ops::range::Range<u32>, u64, app::digest_of::{closure_env#0}>', 'app::digest_of'],
    ['{closure#1}', 'call<(), app::{impl#2}::run::{closure#0}::{closure_env#1}>', 'app::{impl#2}::run::{closure#0}'],
    ['{closure#0}<i64>', 'map<fn(u8) -> u8, app::get::{closure_env#0}<i64>>', 'app::get'],
    ['{closure#0}<fn(u8) -> u8, i64>', 'run<app::get::{closure_env#0}<fn(u8) -> u8, i64>, ()>', 'app::get'],
    ['{async_fn#0}', 'poll<app::serve::{async_fn_env#0}>', 'app::serve'],
    ['{async_block#1}', 'poll<core::pin::Pin<&mut app::main::{async_block_env#1}>>', 'app::main'],
    ['{closure#0}', 'zip<app::a::{closure_env#0}, app::a::{closure_env#0}>', 'app::a'],
  ];
  for (const [name, caller, path] of cases) {
    assert.equal(wholeClosure(name, caller), `${path}::${name}`);
    assert.ok(isWholeClosure(`${path}::${name}`));
    assert.ok(!isWholeClosure(name));
  }
});

test('a closure keeps its bare name where its caller has no such type, or several', () => {
  const cases: [string, string][] = [
    ['{closure#0}', 'app::digest_of'],
    ['{closure#0}', 'fold<u64, app::digest_of::{closure_env#1}>'],
    ['{closure#0}', 'zip<app::a::{closure_env#0}, app::b::{closure_env#0}>'],
    // an adapter's own closure, which is generic over the user's
    ['{closure#0}<u64, app::f::{closure_env#0}>', 'map_fold<u64, app::f::{closure_env#0}>'],
    ['{closure#0}', 'map_fold<u64, app::f::{closure_env#0}<u64>>'],
    ['{async_fn#0}', 'call<app::f::{closure_env#0}>'],
    ['insert', 'call<app::f::{closure_env#0}>'],
    ['{closure#0}', ''],
  ];
  for (const [name, caller] of cases) assert.equal(wholeClosure(name, caller), undefined, `${name} of ${caller}`);
});

test('a whole name needs no file behind it, and the same closure is the same object', () => {
  const frame = (name: string, home?: string): DwarfFrame => ({ name, isInlined: true, file: '/a.rs', line: 1, home });
  const outer = frame('app::digest_of');
  const fold = frame('fold<u64, app::digest_of::{closure_env#0}>', '/rustc/1/library/core/src/iter/range.rs');
  const closure = frame('{closure#0}', '/srv/app/./src/lib.rs');
  const names = new ClosureNames();
  const whole = names.of([outer, fold, closure]) ?? [];
  assert.deepEqual(
    whole.map((one) => `${one.name}${homeBehind(one)}`),
    [
      'app::digest_of',
      'fold<u64, app::digest_of::{closure_env#0}> (core/iter/range.rs)',
      'app::digest_of::{closure#0}',
    ],
  );
  assert.equal(names.of([outer, fold, closure])?.[2], whole[2]);
  assert.equal(names.of([outer, closure]), undefined);
  // C++'s own names have no file
  assert.equal(names.of([fold, frame('{closure#0}')]), undefined);
});
