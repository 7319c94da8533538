// Whose code is the target's own, by what perf says of objects.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Reasons } from '../../../src/offcpu/reason/reasons.ts';
import { isLibc } from '../../../src/offcpu/table/where.ts';
import { beyond, beyondInterpreter, bothObjects, ownCodeOf } from '../../../src/record/target/own-code.ts';

function own(
  executable: string | undefined,
  seen: Record<string, string>,
  followsChildren = false,
): { objects: readonly string[]; names: string[] } {
  const objects = new Map(Object.entries(seen).map(([name, path]) => [name, [path]]));
  const executables = executable === undefined ? [] : [executable];
  const code = ownCodeOf({
    executables,
    followsChildren,
    objects,
    isGo: executable?.endsWith('.go') === true,
    isOfProgram: (name) => !name.startsWith('[') && !name.startsWith('std::'),
  });
  return { objects: code.objects, names: [...objects.keys(), 'never_seen'].filter(code.isOwn) };
}

const LIBC = '/usr/lib/x86_64-linux-gnu/libc.so.6';

test('of a plain program it is the executable, without the runtime inside; its unnamed frames, too', () => {
  const seen = {
    main: '/opt/two',
    'std::sync::wait': '/opt/two',
    '[two]': '/opt/two',
    memcpy: LIBC,
    vfs_read: '[kernel.kallsyms]',
  };
  assert.deepEqual(own('/opt/two', seen), { objects: ['two'], names: ['main', '[two]', 'never_seen'] });
  assert.deepEqual(own(undefined, seen).objects, ['two'], 'where main lies');
  assert.deepEqual(own('/opt/two (deleted)', seen).objects, ['two']);
});

test("a linker's jump to a library's function is none of the program", () => {
  const seen = { main: '/opt/two', 'memcmp@plt': '/opt/two', work: '/opt/two' };
  assert.deepEqual(own('/opt/two', seen).names, ['main', 'work', 'never_seen']);
});

test('what lies in libc alone is none of the program, though no rule knows it', () => {
  const objects = new Map([
    ['statx', [LIBC]],
    ['lock', [LIBC, '/opt/two']],
  ]);
  const isOfProgram = beyond(isLibc, (name) => name !== 'syscall', objects);
  assert.deepEqual(['statx', 'lock', 'syscall', 'seen_nowhere'].filter(isOfProgram), ['lock', 'seen_nowhere']);
});

test("of descendants it is that of all executables, or what a child's runtime compiled; no library is one", () => {
  const make = '/usr/bin/make';
  const seen = {
    run_job: make,
    parse: '/usr/lib/gcc/12/cc1plus',
    memcpy: LIBC,
    inflate: '/lib/libz.so.1.2.13',
    '[anon]': '//anon',
  };
  const inMap = { 'JS:*hot /srv/app.js:3:1': '/tmp/perf-42.map', 'v8::Run': '/usr/bin/node' };
  assert.deepEqual(own(make, seen, true), { objects: ['cc1plus', 'make'], names: ['run_job', 'parse', 'never_seen'] });
  assert.deepEqual(own(make, seen, false).objects, ['make']);
  assert.deepEqual(own(make, { ...seen, ...inMap }, true), {
    objects: ['JIT code', 'cc1plus', 'make'],
    names: ['run_job', 'parse', 'JS:*hot /srv/app.js:3:1'],
  });
  const objects = new Map([['main', [make, '/usr/lib/gcc/12/cc1plus', LIBC]]]);
  const code = ownCodeOf({ executables: [make], followsChildren: true, objects, isGo: false, isOfProgram: () => true });
  assert.equal(code.objectOf('main'), 'cc1plus, make');
});

test('of a server with extensions it is those, and only what was seen in them', () => {
  const postgres = '/usr/lib/postgresql/15/bin/postgres';
  const seen = { ExecScan: postgres, plpgsql_exec: '/usr/lib/postgresql/15/lib/plpgsql.so', memcpy: LIBC };
  assert.deepEqual(own(postgres, seen), { objects: ['postgres'], names: ['ExecScan', 'never_seen'] });
  const extended = { ...seen, cdc_tick: '/usr/lib/postgresql/15/lib/pgmqtt.so' };
  assert.deepEqual(own(postgres, extended), { objects: ['pgmqtt.so'], names: ['cdc_tick'] });
  // with all its processes it is the server's own as well
  assert.deepEqual(own(postgres, extended, true), {
    objects: ['pgmqtt.so', 'postgres'],
    names: ['ExecScan', 'cdc_tick'],
  });
});

test('of a runtime it is what its compiler made, else the runtime itself', () => {
  const node = '/usr/bin/node';
  const seen = { 'v8::Run': node, memcpy: LIBC };
  assert.deepEqual(own(node, seen).objects, ['node']);
  const compiled = { ...seen, 'JS:*hot /srv/app.js:3:1': '/tmp/perf-42.map' };
  assert.deepEqual(own(node, compiled), { objects: ['JIT code'], names: ['JS:*hot /srv/app.js:3:1'] });
  const code = ownCodeOf({
    ...{ executables: [node], followsChildren: false, isGo: false, isOfProgram: () => true },
    objects: new Map(Object.entries(compiled).map(([name, path]) => [name, [path]])),
  });
  assert.equal(code.objectOf('JS:hot /srv/app.js:3:1'), 'JIT code', 'whatever its tier');
});

test('of a runtime whose executable is a stub it is the interpreter, too, which lies in a library', () => {
  const [ruby, libruby] = ['/usr/bin/ruby3.1', '/usr/lib/x86_64-linux-gnu/libruby-3.1.so.3.1.2'];
  const seen = { main: ruby, rb_vm_exec: libruby, '[libruby-3.1.so.3.1.2]': libruby, memcpy: LIBC };
  assert.deepEqual(own(ruby, seen), {
    objects: ['libruby-3.1.so.3.1.2', 'ruby3.1'],
    names: ['main', 'rb_vm_exec', '[libruby-3.1.so.3.1.2]', 'never_seen'],
  });
  assert.deepEqual(own('/usr/bin/vim', { ...seen, main: '/usr/bin/vim' }).objects, ['vim'], 'a plugin of another');
  for (const [library, program] of [
    ['libpython3.12.so.1.0', 'python3.12'],
    ['libperl.so.5.36', 'perl'],
    ['libphp8.2.so', 'php8.2'],
    ['liblua5.4.so.0', 'lua5.4'],
    ['libnode.so.115', 'node'],
    ['libpypy3.9-c.so', 'pypy3'],
    ['libjulia-internal.so.1.11', 'julia'],
    ['libR.so', 'R'],
  ] as const)
    assert.deepEqual(
      own(program, { f: `/usr/lib/${library}`, main: `/usr/bin/${program}` }).objects,
      [library, program].sort(),
    );
});

test('whether a compiler told names of what it made', () => {
  const hasNames = (seen: Record<string, string>): boolean =>
    ownCodeOf({
      ...{ executables: ['/usr/bin/java'], followsChildren: false, isGo: false, isOfProgram: () => true },
      objects: new Map(Object.entries(seen).map(([name, path]) => [name, [path]])),
    }).hasCompiledNames;
  const unnamed = { '[JIT code]': '//anon', main: '/usr/bin/java' };
  assert.equal(hasNames(unnamed), false);
  assert.equal(hasNames({ ...unnamed, 'void T.main': '/tmp/perf-42.map' }), true);
});

test("what a runtime's own libraries are is none of the program's", () => {
  const map = '/tmp/perf-42.map';
  const jit = (...names: string[]): Record<string, string> => Object.fromEntries(names.map((name) => [name, map]));
  const py = jit(
    'py::hot:/srv/app.py',
    'py::loads:/usr/lib/python3.12/json/__init__.py',
    'py::f:<frozen importlib._bootstrap>',
  );
  assert.deepEqual(own('/usr/bin/python3.12', py).names, ['py::hot:/srv/app.py']);
  const js = jit('JS:*hot /srv/app.js:3:1', 'JS:~ node:internal/dgram:1:1', 'Builtin:ArrayMap');
  assert.deepEqual(own('/usr/bin/node', js).names, ['JS:*hot /srv/app.js:3:1']);
  const deno = jit("JS:+'hot file:///srv/app.ts:3:1", "JS:*'write ext:deno_fs/30_fs.js:1:1");
  assert.deepEqual(own('/usr/bin/deno', deno).names, ["JS:+'hot file:///srv/app.ts:3:1"]);
  const erlang = jit('$shop:page/2', '$global::apply_fun_shared');
  assert.deepEqual(own('/usr/lib/erlang/erts-13.1.5/bin/beam.smp', erlang).names, ['$shop:page/2']);
  const java = jit(
    'java.lang.String T.slug',
    'java.lang.String java.lang.String.concat',
    'vtable chunks',
    'delayed StackOverflowError throw_exception',
    'StubRoutines (1)',
    'Interpreter',
    'I2C/C2I adapters',
  );
  assert.deepEqual(own('/usr/bin/java', java).names, ['java.lang.String T.slug']);
});

test('of Go it is all packages but those that come with it', () => {
  const seen = [
    'main.main',
    'fmt.Sprint',
    'net/http.(*conn).serve',
    'github.com/a/b.F',
    'shop/cart.Add',
    'gcWriteBarrier',
  ];
  const objects = Object.fromEntries(seen.map((name) => [name, '/srv/app.go']));
  assert.deepEqual(own('/srv/app.go', objects).names, ['main.main', 'github.com/a/b.F', 'shop/cart.Add']);
});

test("an extension's function that only waits is known by the maps", () => {
  const extension = '/usr/lib/postgresql/15/lib/pgmqtt.so';
  const onCpu = new Map([['cdc_tick', [extension]]]);
  const offCpu = new Map([
    ['lock_registry', new Set([extension])],
    ['LWLockAcquire', new Set(['/usr/lib/postgresql/15/bin/postgres'])],
  ]);
  const objects = bothObjects(onCpu, offCpu);
  const executables = ['/usr/lib/postgresql/15/bin/postgres'];
  const { isOwn } = ownCodeOf({ executables, followsChildren: false, objects, isGo: false, isOfProgram: () => true });
  assert.deepEqual([...objects.keys()].filter(isOwn), ['cdc_tick', 'lock_registry']);
});

test('a library inside the object is not own, but for a program that was itself installed as one', () => {
  const library = 'library source';
  const seen = { main: '/opt/two', 'two::work': '/opt/two', wait_latch: library };
  assert.deepEqual(own('/opt/two', seen).names, ['main', 'two::work', 'never_seen']);
  assert.deepEqual(own('/opt/rg', { main: '/opt/rg', 'rg::search': library }).names, [
    'main',
    'rg::search',
    'never_seen',
  ]);
});

test('an extension may lie in any folder but those of the system', () => {
  const postgres = '/usr/lib/postgresql/15/bin/postgres';
  const seen = {
    ExecScan: postgres,
    work: '/opt/ours/queue_worker.so',
    conv: '/usr/lib/x86_64-linux-gnu/gconv/UTF-16.so',
  };
  assert.deepEqual(own(postgres, seen), { objects: ['queue_worker.so'], names: ['work'] });
});

test('a module of Python waits, not the interpreter that runs it; a C extension does', () => {
  const { table } = new Reasons([], () => undefined);
  const isWaiters = beyondInterpreter(
    (name) => table.isOfInterpreter(name),
    (name) => table.isOfProgram(name),
  );
  const stack = [
    'PyObject_Vectorcall',
    '_PyEval_EvalFrameDefault',
    'py::SocketIO.readinto:/usr/lib/python3.13/socket.py',
  ];
  assert.equal(stack.find(isWaiters), stack[2]);
  assert.equal(['wait_for_card', ...stack].find(isWaiters), 'wait_for_card');
});
