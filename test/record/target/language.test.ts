// A target's language by what /proc tells, and the flag that its runtime lacks.

import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { test } from 'node:test';
import {
  callersMissing,
  languageOf,
  languageText,
  mendOfCallers,
  mendOfOffcpuCallers,
  namesMissing,
  type ProgramFacts,
  willTellPerf,
} from '../../../src/record/target/language.ts';

const FACTS: ProgramFacts = {
  ...{ executable: '/opt/app', arguments: ['/opt/app'], environment: {}, mapped: ['/opt/app'] },
  ...{ isGo: false, isNode: false, isRust: false, hasPerfMap: false, isAsked: false, framePointers: true },
};

/** The language, and what is to be typed. */
function told(facts: Partial<ProgramFacts>): [string, string[]] {
  const language = languageOf({ ...FACTS, ...facts });
  const lines = [...callersMissing([language], true), ...namesMissing([language])];
  return [languageText(language), lines.map((line) => line.replace(/^.*?: /, ''))];
}

function started(...words: string[]): Partial<ProgramFacts> {
  return { executable: `/usr/bin/${words[0]}`, arguments: words };
}

test('Node wants two flags, on the command line or in NODE_OPTIONS', () => {
  const both = '--perf-basic-prof --interpreted-frames-native-stack';
  assert.deepEqual(told(started('node', 'app.js')), ['Node', [`node ${both} ... (or in NODE_OPTIONS)`]]);
  assert.deepEqual(told({ isNode: true }), ['Node', [`node ${both} ... (or in NODE_OPTIONS)`]]);
  assert.deepEqual(told({ ...started('node', 'app.js'), environment: { NODE_OPTIONS: both } }), ['Node', []]);
  const one = told(started('node', '--perf-basic-prof', 'app.js'))[1];
  assert.match(one.join(), /^some of its functions have no name: node --interpreted-frames-native-stack /);
  const debian = told({ ...started('node', 'app.js'), environment: { NODE_OPTIONS: both }, framePointers: false });
  assert.match(debian[1].join(), /Node's own build/);
});

test('Java wants frame pointers and a map of names', () => {
  assert.equal(told(started('java', 'T'))[1].length, 2);
  const kept = started('java', '-XX:+PreserveFramePointer', 'T');
  assert.deepEqual(told({ ...kept, hasPerfMap: true }), ['Java', []]);
  assert.deepEqual(told({ ...kept, isAsked: true }), ['Java', []]);
  assert.match(told(kept)[1].join(), /^run it with a JDK/);
  const atExit = started('java', '-XX:+PreserveFramePointer', '-XX:+DumpPerfMapAtExit', 'T');
  assert.match(told(atExit)[1].join(), /flame-record report/);
});

test('a JVM starts with the flags that are named', { skip: javaIsMissing() }, () => {
  const flags = told(started('java', 'T'))[1].flatMap((line) => line.match(/-XX:\S+/g) ?? []);
  assert.equal(flags.length, 3);
  assert.equal(spawnSync('java', [...flags, '-version'], { stdio: 'ignore', timeout: 60_000 }).status, 0);
});

function javaIsMissing(): string | false {
  const { error } = spawnSync('java', ['-version'], { stdio: 'ignore', timeout: 60_000 });
  return error !== undefined && 'no java: apt-get install default-jre-headless';
}

test('Python wants -X perf, which 3.11 does not know', () => {
  assert.match(told(started('python3.13', 'app.py'))[1].join(), /^python3 -X perf/);
  for (const flags of [['-X', 'perf'], ['-Xperf']])
    assert.deepEqual(told(started('python3.12', ...flags, 'app.py'))[1], []);
  const variable = { ...started('python3.12', 'app.py'), environment: { PYTHONPERFSUPPORT: '1' } };
  assert.deepEqual(told(variable)[1], []);
  assert.match(told({ ...variable, framePointers: false })[1].join(), /^of its functions only .* CFLAGS=/);
  const jit = started('python3.13', '-X', 'perf_jit', 'app.py');
  const both = { ...variable, environment: { PYTHONPERFSUPPORT: '1', PYTHON_PERF_JIT_SUPPORT: '1' } };
  for (const dumping of [jit, both]) assert.match(told(dumping)[1].join(), /^python3 -X perf \.\.\., and no /);
  assert.match(
    told(started('python3.11', '-X', 'perf', 'app.py'))[1].join(),
    /python3\.12 -X perf .* py-spy record --idle --pid PID/,
  );
  const library = { ...started('uwsgi', 'app.py'), mapped: ['/usr/bin/uwsgi', '/usr/lib/libpython3.11.so.1.0'] };
  assert.equal(told(library)[0], 'Python');
});

test('other runtimes want their option, or a profiler of their own', () => {
  const beam = started('beam.smp', '--', '-root', '/usr/lib/erlang');
  assert.match(told(beam).flat().join(), /^Erlang,ERL_FLAGS='\+JPperf true'/);
  assert.deepEqual(told({ ...beam, hasPerfMap: true })[1], []);
  assert.deepEqual(told(started('beam.smp', '-JPperf', 'true'))[1], []);
  assert.deepEqual(told({ ...beam, environment: { ERL_FLAGS: '+JPperf true' } })[1], []);
  const net = { executable: '/opt/shop', mapped: ['/opt/shop', '/usr/lib/dotnet/libcoreclr.so'] };
  assert.match(told(net).flat().join(), /^\.NET,DOTNET_PerfMapEnabled=1/);
  assert.deepEqual(told({ ...net, environment: { DOTNET_PerfMapEnabled: '1' } })[1], []);
  assert.match(told(started('ruby3.1', 'app.rb')).flat().join(), /^Ruby,rbspy /);
  assert.match(told(started('lua5.4', 'app.lua')).flat().join(), /^Lua,a profiler of the language's own$/);
});

test('compiled languages want frame pointers for bpftrace; Go has them', () => {
  assert.deepEqual(told({ isGo: true, framePointers: false }), ['Go', []]);
  assert.match(
    told({ isRust: true, framePointers: false }).flat().join(),
    /^Rust,RUSTFLAGS='-C force-frame-pointers=yes'/,
  );
  assert.match(told({ framePointers: false }).flat().join(), /^C or C\+\+,compile with -fno-omit-frame-pointer/);
  assert.deepEqual(told({}), ['C or C++', []]);
  const postgres = { executable: '/usr/lib/postgresql/15/bin/postgres', isRust: true, framePointers: false };
  const mapped = ['/usr/lib/postgresql/15/bin/postgres', '/usr/lib/postgresql/15/lib/pgmqtt.so'];
  assert.match(
    told({ ...postgres, mapped })
      .flat()
      .join(),
    /^Postgres with pgmqtt\.so,RUSTFLAGS=/,
  );
});

test('whole stacks of switches spare a compiled program its frame pointers, and no runtime', () => {
  const rust = [languageOf({ ...FACTS, isRust: true, framePointers: false })];
  const java = [languageOf({ ...FACTS, ...started('java', 'T') })];
  assert.deepEqual(callersMissing(rust, false), []);
  assert.match(callersMissing(java, false).join(), /PreserveFramePointer/);
  assert.equal(mendOfCallers(rust, '--call-graph dwarf,65528'), '--call-graph dwarf,65528');
  assert.match(mendOfOffcpuCallers(rust, undefined) ?? '', /^flame-record .* --off-cpu-stacks dwarf, or RUSTFLAGS=/);
  assert.equal(mendOfOffcpuCallers([...rust, ...rust], undefined), mendOfOffcpuCallers(rust, undefined), 'each once');
  assert.equal(mendOfOffcpuCallers(rust, '--call-graph dwarf,65528'), '--call-graph dwarf,65528');
  for (const whole of [undefined, '--call-graph dwarf,65528'])
    assert.match(mendOfOffcpuCallers(java, whole) ?? '', /^java -XX/);
});

test('a command that tells perf what it compiles is known by its words and variables before it begins', () => {
  const flags = ['--v8-flags=--perf-basic-prof,--interpreted-frames-native-stack'];
  assert.equal(willTellPerf('/usr/bin/deno', ['run', ...flags, 'a.ts'], {}), true);
  assert.equal(willTellPerf('/usr/bin/deno', ['run', 'a.ts'], {}), false);
  assert.equal(willTellPerf('/usr/bin/dotnet', ['a.dll'], { DOTNET_PerfMapEnabled: '1' }), true);
  assert.equal(willTellPerf('/usr/bin/python3.13', ['-X', 'perf', 'a.py'], {}), true);
  // erl and elixir are scripts
  assert.equal(willTellPerf('/bin/sh', ['/usr/bin/erl'], { ERL_FLAGS: '+JPperf true' }), true);
  // a variable for others
  assert.equal(willTellPerf('/srv/app', [], { ERL_FLAGS: '+JPperf true', DOTNET_PerfMapEnabled: '1' }), false);
});
