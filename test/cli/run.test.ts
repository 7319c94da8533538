// The manners of a filter, seen from a shell: the built programs with real pipes, signals, devices and terminals.

import assert from 'node:assert/strict';
import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, constants, openSync, write, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { promisify } from 'node:util';
import { messageOf } from '../../src/cli/run.ts';
import { ENVIRONMENT, ROOT, shell, TOOLS, temporaryFolder } from '../tools.ts';

const SAMPLE = 'app 7/8 1.000000:          5 cpu-clock:\n\t    55d0 work (/srv/app)\n\t    55c0 main (/srv/app)\n\n';
const FOLDED = '# unit: ns\napp;main;work 5\n';
const OTHER = SAMPLE.replaceAll('work', 'rest');

const folder = temporaryFolder();
writeFileSync(join(folder, 'samples'), SAMPLE);
writeFileSync(join(folder, 'others'), OTHER);
writeFileSync(
  join(folder, 'many'),
  Array.from({ length: 20_000 }, (_, i) => SAMPLE.replace('work', `work${i}`)).join(''),
);

/** stdout, stderr and exit status of a shell line, as text */
async function run(line: string, environment: Record<string, string> = {}): Promise<[string, string, number]> {
  const { out, err, status } = await shell(line, folder, environment);
  return [out.toString(), err.toString(), status];
}

test('a tool that waits for what never comes does not end as if all were well', async () => {
  writeFileSync(
    join(folder, 'deaf.cjs'),
    "const { PassThrough } = require('node:stream'); class Deaf extends PassThrough { write() {} }\nObject.defineProperty(require('node:zlib'), 'createGunzip', { value: () => new Deaf() });\n",
  );
  const [out, err, status] = await run('gzip -c samples | perf-fold', {
    NODE_OPTIONS: `--require ${join(folder, 'deaf.cjs')}`,
  });
  assert.deepEqual([out, status], ['', 2]);
  assert.match(
    err,
    /^perf-fold: this is a bug in perf-fold, please report it:\nError: it waits for something that never comes/,
  );
});

describe('operands', () => {
  test('are read in order', async () => {
    assert.deepEqual(await run('perf-fold samples others'), ['# unit: ns\napp;main;rest 5\napp;main;work 5\n', '', 0]);
  });

  test('none, or -, is stdin, once and among others', async () => {
    assert.deepEqual(await run('perf-fold < samples'), [FOLDED, '', 0]);
    assert.deepEqual(await run('cat samples | perf-fold -'), [FOLDED, '', 0]);
    assert.deepEqual(await run('cat samples | perf-fold others - others'), [
      '# unit: ns\napp;main;rest 10\napp;main;work 5\n',
      '',
      0,
    ]);
  });

  test('behind -- may begin with a dash', async () => {
    assert.deepEqual(await run('cp samples ./--stats && perf-fold -- --stats'), [FOLDED, '', 0]);
  });

  test('that look like numbers are files', async () => {
    assert.deepEqual(await run('cp samples 007 && perf-fold 007'), [FOLDED, '', 0]);
  });

  test('that are missing or folders fail the run, the others are folded', async () => {
    const [out, err, status] = await run('mkdir -p dir && perf-fold samples nowhere dir others');
    assert.equal(out, '# unit: ns\napp;main;rest 5\napp;main;work 5\n');
    assert.equal(err, 'perf-fold: nowhere: no such file\nperf-fold: dir: is a directory\n');
    assert.equal(status, 2);
  });

  test('the only one missing: its message, no more', async () => {
    assert.deepEqual(await run('perf-fold nowhere'), ['', 'perf-fold: nowhere: no such file\n', 2]);
  });

  test('stdin closed, empty or a folder', async () => {
    const empty = 'perf-fold: <stdin>: the input is empty; did the command before the pipe fail?\n';
    assert.deepEqual(await run('perf-fold < /dev/null'), ['', empty, 2]);
    assert.deepEqual(await run('perf-fold <&-'), ['', empty, 2]);
    assert.deepEqual(await run('perf-fold < /'), ['', 'perf-fold: <stdin>: is a directory\n', 2]);
  });

  test('a named pipe is read to its end', async () => {
    assert.deepEqual(await run('mkfifo pipe && { cat samples > pipe & perf-fold pipe; }'), [FOLDED, '', 0]);
  });
});

describe('options', () => {
  for (const tool of TOOLS) {
    test(`${tool} --version and --help go to stdout`, async () => {
      const [version, noise, status] = await run(`${tool} --version`);
      assert.match(version, new RegExp(`^${tool} \\d+\\.\\d+\\.\\d+\\n$`));
      assert.deepEqual([noise, status], ['', 0]);
      const [help, noise2, status2] = await run(`${tool} --help`);
      assert.match(help, new RegExp(`^usage: ${tool} \\[options\\] `));
      assert.deepEqual([noise2, status2], ['', 0]);
      for (const line of help.split('\n')) assert.ok(line.length <= 100, line);
    });

    test(`${tool} has room for V8's compiler, which may hold up its end, and a filter reads no certificates`, async () => {
      writeFileSync(
        join(folder, 'look.cjs'),
        "process.stderr.write([process.execArgv, process.env.NODE_EXTRA_CA_CERTS].join(' '))",
      );
      const [, seen] = await run(`${tool} --version`, {
        NODE_OPTIONS: '--require ./look.cjs',
        NODE_EXTRA_CA_CERTS: '/dev/null',
      });
      assert.equal(seen, `--initial-old-space-size=64 ${tool === 'flame-record' ? '/dev/null' : ''}`);
    });

    test(`${tool} names an unknown option and where to look`, async () => {
      const [out, err, status] = await run(`${tool} --frobnicate samples`);
      assert.equal(out, '');
      assert.match(err, new RegExp(`^${tool}: unknown (?:option|argument): -*frobnicate; see ${tool} --help\\n$`));
      assert.equal(status, 2);
    });
  }

  test("two tools hold V8's optimising compiler for small inputs, and release it once for what is large", async () => {
    writeFileSync(
      join(folder, 'launch.cjs'),
      `const fs = require('fs');
      const { wrapped } = require('${join(ROOT, 'scripts/code-cache.cjs')}');
      const main = '${join(ROOT, 'dist')}/' + process.argv[2] + '.main.cjs';
      process.argv.splice(1, 2, main);
      const setFlag = (flag) => flag.startsWith('--wasm') || process.stderr.write(flag);
      const start = new (require('vm').Script)(wrapped(fs, main)).runInThisContext();
      start(exports, require('module').createRequire(main), module, main, '${join(ROOT, 'dist')}', setFlag);`,
    );
    const [HELD, RELEASED] = [0, 61440].map((bytes) => `--max-optimized-bytecode-size=${bytes}`);
    const entry = '@offcpu[1, 1, x, \n    schedule+1\n, \n    main+1\n]: 1\n';
    writeFileSync(join(folder, 'small.folded'), FOLDED);
    writeFileSync(join(folder, 'large.folded'), Array.from({ length: 16_001 }, (_, i) => `app;f${i} 5\n`).join(''));
    writeFileSync(join(folder, 'small.dump'), entry);
    writeFileSync(join(folder, 'large.dump'), entry.repeat(60_000));
    for (const [line, flags] of [
      ['flame-svg small.folded', HELD],
      ['flame-svg large.folded', ''],
      ['offcpu-classify small.dump', HELD],
      ['offcpu-classify large.dump small.dump', `${HELD}${RELEASED}`],
      ['fold-merge large.folded', ''],
    ]) {
      const [, seen] = await run(`node launch.cjs ${line} > /dev/null`);
      assert.equal(seen, flags, line);
    }
  });

  test("V8 takes Node's own code caches, because a launcher's flag is taken back", {
    skip:
      Number.parseInt(process.versions.node, 10) >= 24
        ? 'Node 24 has no cheap way'
        : (process.config.variables as { node_use_node_code_cache?: boolean }).node_use_node_code_cache === false
          ? 'this Node, as Debian builds it, has no code caches of its own'
          : false,
  }, async () => {
    writeFileSync(join(folder, 'small.folded'), FOLDED);
    for (const tool of ['fold-merge', 'flame-svg']) {
      const [, seen] = await run(`cat small.folded | ${tool} > /dev/null`, { NODE_DEBUG_NATIVE: 'CODE_CACHE' });
      const told = [...seen.matchAll(/^Code cache of (\S+) .* is (\w+)/gm)].map(([, name, how]) => `${name} ${how}`);
      assert.ok(told.includes('net accepted'), seen);
      assert.deepEqual(
        told.filter((one) => one.endsWith('rejected')),
        ['internal/main/run_main_module rejected'],
      );
    }
  });

  test('a wrong value, a value that is no number, a missing one', async () => {
    for (const [options, message] of [
      ['--count abc', '--count takes period or samples, not "abc"'],
      ['--from abc', '--from takes a number of at least 0, not "abc"'],
      ['--max-depth 1.5', '--max-depth takes a whole number of at least 1, not "1.5"'],
      ['--max-depth ""', '--max-depth takes a whole number of at least 1, not ""'],
    ]) {
      assert.deepEqual(await run(`perf-fold ${options} samples`), ['', `perf-fold: ${message}\n`, 2]);
    }
    const [out, err, status] = await run('perf-fold samples --count');
    assert.equal(out, '');
    assert.match(err, /^perf-fold: .*\bcount\b.*; see perf-fold --help\n$/);
    assert.equal(status, 2);
  });

  test('repeated: the last one counts', async () => {
    assert.deepEqual(await run('perf-fold --count period --count samples samples'), [
      '# unit: samples\napp;main;work 1\n',
      '',
      0,
    ]);
    assert.deepEqual(await run('perf-fold --count samples --count=period samples'), [FOLDED, '', 0]);
  });

  test('a flag takes no operand for its value', async () => {
    assert.deepEqual(await run('perf-fold --pid samples'), ['# unit: ns\napp-7;main;work 5\n', '', 0]);
    assert.deepEqual(await run('perf-fold --pid --pid samples'), ['# unit: ns\napp-7;main;work 5\n', '', 0]);
  });

  test('an option that is given a list takes one value each time', async () => {
    assert.deepEqual(await run('perf-fold --skip-after work samples'), ['# unit: ns\napp;work 5\n', '', 0]);
    assert.deepEqual(await run('perf-fold --skip-after x --skip-after work samples'), [
      '# unit: ns\napp;work 5\n',
      '',
      0,
    ]);
  });

  test('stay English in France', async () => {
    const french = { LANG: 'fr_FR.UTF-8', LC_ALL: 'fr_FR.UTF-8', LANGUAGE: 'fr' };
    const [, err] = await run('perf-fold --frobnicate', french);
    assert.match(err, /unknown/);
    const [help] = await run('perf-fold --help', french);
    assert.match(help, /print the version and exit/);
  });

  test('--help and --version are seen wherever they stand, but not behind --', async () => {
    assert.match((await run('perf-fold --frobnicate samples -h'))[0], /^usage: perf-fold/);
    assert.deepEqual(await run('perf-fold -- --help'), ['', 'perf-fold: --help: no such file\n', 2]);
  });
});

describe('stdout', () => {
  test('a full disk is one line and status 2', async () => {
    for (const line of [
      'perf-fold many > /dev/full',
      'perf-fold samples > /dev/full',
      'perf-fold --help > /dev/full',
    ]) {
      assert.deepEqual(await run(line), ['', 'perf-fold: <stdout>: no space left on device\n', 2]);
    }
  });

  test('its reader leaves: silence and status 0', async () => {
    const line = 'perf-fold many | head -n 1; echo "$PIPESTATUS"';
    assert.deepEqual(await run(line), ['# unit: ns\n0\n', '', 0]);
    assert.deepEqual(await run('perf-fold many | true; echo "$PIPESTATUS"'), ['0\n', '', 0]);
  });
});

describe('stderr', () => {
  test('nobody reads it: the data and the status are the same', async () => {
    // the messages come after the reader has left
    const line =
      '{ { { sleep 0.2; cat samples; echo garbage; } | perf-fold --strict; echo $? >&3; } 2>&1 >&4 | true; } 3>&1 4>&1';
    assert.deepEqual(await run(line), [`${FOLDED}2\n`, '', 0]);
  });

  test('names the file that cannot be written', async () => {
    const [out, err, status] = await run('perf-fold --stats-json nowhere/stats samples');
    assert.deepEqual([out, err, status], [FOLDED, 'perf-fold: nowhere/stats: no such file\n', 2]);
  });
});

/** What a terminal shows of a shell line and its exit status. */
async function onTerminal(line: string): Promise<string> {
  const status = 'echo "$?"';
  const [out] = await run(`script -qec '${line}; ${status}' /dev/null < /dev/null | tr -d '\\r'`);
  return out;
}
const noTerminal =
  spawnSync('script', ['-qec', 'true', '/dev/null'], { stdio: 'ignore' }).status !== 0 &&
  'no script(1), or no pseudo-terminal';

describe('on a terminal', { skip: noTerminal }, () => {
  test('stdin gets a hint at once', async () => {
    assert.equal(
      await onTerminal('perf-fold'),
      'perf-fold: nothing to read: stdin is a terminal; pipe text in or name a file\n2\n',
    );
  });

  test('no SVG and no binary data goes there', async () => {
    assert.equal(
      await onTerminal('echo "a 1" | flame-svg'),
      'flame-svg: an SVG is no text to read: write it to a file, flame-svg … > cpu.svg\n2\n',
    );
    assert.equal(
      await onTerminal('echo "a 1" | fold-export --pprof'),
      'fold-export: a pprof profile is binary: write it to a file, fold-export --pprof … > cpu.pb.gz\n2\n',
    );
  });

  test('help and tables fit its width', async () => {
    const long = `main;${'x'.repeat(90)}`;
    for (const columns of [50, 70]) {
      const lines = `stty cols ${columns}; fold-merge --help; fold-diff <(echo "${long} 1") <(echo "${long} 2")`;
      const [out] = await run(
        `script -qec "bash -c '${lines.replaceAll('"', '\\"')}'" /dev/null < /dev/null | tr -d '\\r'`,
      );
      assert.match(out, /^ .* \+1 .* x+…$/m);
      const [options = ''] = out.split('Examples:');
      for (const line of options.split('\n')) assert.ok(line.length <= columns, line);
    }
  });
});

describe('a live pipe', () => {
  const ENOUGH = 200_000; // more than a pipe holds: when it is written, the program is reading

  for (const [signal, status] of [
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGQUIT', 131],
    ['SIGTERM', 143],
  ] as const) {
    test(`${signal} ends it: what came so far is folded, though the writer stays`, async () => {
      const pipe = join(temporaryFolder(), 'pipe');
      execFileSync('mkfifo', [pipe]);
      const writer = openSync(pipe, constants.O_RDWR); // stays open: no end of input
      try {
        const reader = openSync(pipe, constants.O_RDONLY);
        const child = spawn(process.execPath, [join(ROOT, 'dist/perf-fold.cjs')], {
          env: ENVIRONMENT,
          stdio: [reader, 'pipe', 'pipe'],
          timeout: 120_000, // one that does not end has no status
          killSignal: 'SIGKILL',
        });
        closeSync(reader);
        const [out, err] = [child.stdout, child.stderr].map((stream) => stream!.setEncoding('utf8').toArray());
        const bytes = Buffer.from(SAMPLE.repeat(Math.ceil(ENOUGH / SAMPLE.length)));
        for (let at = 0; at < bytes.length; ) at += await promisify(writeSome)(writer, bytes.subarray(at));
        child.kill(signal);
        const [code] = await once(child, 'exit');
        assert.match((await out)!.join(''), /^# unit: ns\napp;main;work \d+\n$/);
        assert.deepEqual([(await err)!.join(''), code], ['', status]);
      } finally {
        closeSync(writer);
      }
    });
  }
});

function writeSome(fd: number, bytes: Buffer, done: (error: Error | null, count: number) => void): void {
  write(fd, bytes, 0, bytes.length, null, done);
}

test('a limit of V8 on what it holds is a lack of memory, no bug', () => {
  for (const words of ['Map maximum size exceeded', 'Invalid typed array length: 5', 'Array buffer allocation failed'])
    assert.match(messageOf(new RangeError(words)) ?? '', /^out of memory: /);
  assert.equal(messageOf(new RangeError('Maximum call stack size exceeded')), undefined);
});
