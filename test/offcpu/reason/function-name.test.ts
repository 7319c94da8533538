// Names of user functions as rules have them, whatever mangling they come from.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { userName } from '../../../src/offcpu/reason/function-name.ts';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';

test('a method of a Rust type has the same name in both manglings', () => {
  for (const [newer, older] of [
    ['<std::sys::sync::mutex::futex::Mutex>::lock_contended', 'std::sys::sync::mutex::futex::Mutex::lock_contended'],
    ['<a::Scoped<b::C>>::set::<fn(u8) -> u8>', 'a::Scoped<b::C>::set::<fn(u8) -> u8>'],
    ['<fn(u8) -> u8>::call', 'fn(u8) -> u8::call'],
    ['<<a::B as a::C>::D>::e', '<a::B as a::C>::D::e'],
  ])
    assert.equal(userName(newer as string), older);
  for (const other of ['<a::B as a::C<d::E>>::f', '<<a::B>::c as a::C>::f', '<a::B', '<', '<a>', 'operator<'])
    assert.equal(userName(other), other);
});

test('waits below them mean the same', () => {
  const reasons = new Reasons([], () => undefined);
  const kernel = ['__schedule', 'schedule', 'futex_do_wait', '__futex_wait', 'do_futex', '__x64_sys_futex'];
  const answer = (...user: string[]): unknown => {
    const frames = [...user, 'main'].map((frame) => reasons.frameOf(frame));
    const stack = { comm: 'app', kernel, user: frames, state: 1, isRunnable: false, waitEvent: undefined };
    const { meaning, rule } = reasons.decide(stack);
    return [meaning?.label, rule.bracket];
  };
  const mutex = answer(
    'syscall',
    '<std::sys::pal::unix::futex>::futex_wait',
    '<std::sys::sync::mutex::futex::Mutex>::lock_contended',
  );
  assert.deepEqual(mutex, ['Rust:Mutex', 'futex']);
  assert.deepEqual(answer('syscall', '<tokio::runtime::park::Inner>::park'), ['tokio:park', 'futex']);
  const timeout = ['<std::sys::sync::condvar::futex::Condvar>::wait_optional_timeout', 'wait_timeout<()>'];
  assert.deepEqual(answer('syscall', ...timeout, 'tokio::runtime::park::Inner::park_timeout'), ['tokio:park', 'futex']);
  assert.ok(!reasons.table.isOfProgram('<std::sys::sync::mutex::futex::Mutex>::lock_contended'));
});
