// pprof: what is written can be read back, by us and, where Go is there, by pprof itself.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { Profile } from 'pprof-format';
import { StackTable } from '../../src/engine/stack-table.ts';
import { type CountMeaning, UNITS } from '../../src/export/meaning.ts';
import { formatPprof } from '../../src/export/pprof.ts';
import { foldPprof, readPprof } from '../../src/export/pprof-read.ts';
import { roundCounts } from '../../src/export/recording.ts';
import { temporaryFolder } from '../tools.ts';
import { foldedText, MEANING, recording } from './exporting.ts';

function profileOf(folded: string, meaning: Partial<CountMeaning> = {}): Buffer {
  return formatPprof(recording(folded), { ...MEANING, ...meaning });
}

const NAMES = { tidy: true, demangle: true, keepHash: false };

/** Folded text of one sample type of a profile. */
function foldedOf(profile: Buffer, type: string, per = 1): string {
  const pprof = readPprof(gunzipSync(profile));
  const index = pprof.types.findIndex((each) => each.type === type);
  assert.ok(index >= 0, `no ${type} among ${pprof.types.map((each) => each.type)}`);
  const table = new StackTable();
  assert.equal(foldPprof(pprof, index, { ns: 1, per }, table, NAMES), 0);
  return Buffer.concat([...table.folded()].map((block) => Buffer.from(block))).toString();
}

describe('a profile', () => {
  test('read back is the same folded text', () => {
    fc.assert(
      fc.property(foldedText(1, 2 ** 53 - 1), (folded) => {
        const written = profileOf(folded);
        assert.equal(foldedOf(written, 'samples'), folded);
        assert.deepEqual(readPprof(gunzipSync(written)).types, [{ type: 'samples', unit: 'count' }]);
      }),
    );
  });

  test('of times holds nanoseconds, also where a double could not', () => {
    const units = ['ns', 'us', 'ms', 's'] as const;
    fc.assert(
      fc.property(foldedText(1), fc.constantFrom(...units), (folded, unit) => {
        const written = profileOf(folded, { unit, type: 'offcpu' });
        assert.equal(foldedOf(written, 'offcpu', UNITS[unit]), folded);
        assert.deepEqual(readPprof(gunzipSync(written)).types, [{ type: 'offcpu', unit: 'nanoseconds' }]);
      }),
    );
    const profile = Profile.decode(gunzipSync(profileOf('a 9007199254740991\n', { unit: 'us' })));
    assert.deepEqual(profile.sample[0]?.value, [9007199254740991000n]);
    assert.throws(() => profileOf('a 9007199254740991\n', { unit: 's' }), /above 2\^63/);
  });

  test('that holds more than memory is rejected, whichever message repeats', () => {
    const field = (number: number, bytes: Buffer): Buffer => {
      const size = Buffer.from([0x80 | (bytes.length & 0x7f), 0x80 | ((bytes.length >> 7) & 0x7f), bytes.length >> 14]);
      return Buffer.concat([Buffer.from([(number << 3) | 2]), size, bytes]);
    };
    const many = Buffer.alloc(70_000, 1);
    const lines = Buffer.concat(Array.from({ length: 70_000 }, () => Buffer.from([0x22, 0])));
    const type = field(1, Buffer.alloc(0));
    const text = field(6, Buffer.alloc(0));
    const bombs = {
      'numbers in a sample': field(2, field(1, many)),
      'lines in a place': field(4, lines),
    };
    for (const [what, bomb] of Object.entries(bombs)) {
      const message = new RegExp(`has more than \\d+ ${what}: no profile is so large`);
      assert.throws(() => readPprof(Buffer.concat([text, type, bomb])), message);
    }
    // 60,000 places, each of which stands for 1000 lines
    const place = field(4, Buffer.concat([Buffer.from([8, 1]), lines.subarray(0, 2000)]));
    const deep = field(2, Buffer.concat([field(1, many.subarray(0, 60_000)), Buffer.from([16, 1])]));
    const pprof = readPprof(Buffer.concat([text, field(1, Buffer.alloc(0)), place, deep]));
    const fold = (): number => foldPprof(pprof, 0, { ns: 1, per: 1 }, new StackTable(), NAMES);
    assert.throws(fold, /more frames than can be folded/);
  });

  test('of samples at a known rate holds both, and the period', () => {
    const written = profileOf('a;b 3\n', {
      periodNs: 10_101_010,
      startNs: 1_777_636_800_000_000_000n,
      durationNs: 3e10,
    });
    const { types, main } = readPprof(gunzipSync(written));
    const profile = Profile.decode(gunzipSync(written));
    assert.deepEqual(types, [
      { type: 'samples', unit: 'count' },
      { type: 'cpu', unit: 'nanoseconds' },
    ]);
    assert.equal(main, 1);
    assert.equal(foldedOf(written, 'cpu'), 'a;b 30303030\n');
    assert.equal(profile.period, 10_101_010);
    assert.deepEqual([profile.timeNanos, profile.durationNanos].map(BigInt), [
      1_777_636_800_000_000_000n,
      30_000_000_000n,
    ]);
  });

  test('of a comparison holds either side', () => {
    fc.assert(
      fc.property(foldedText(2), (folded) => {
        const side = (column: 1 | 2): string => folded.replace(/ (\d+) (\d+)\n/g, ` $${column}\n`);
        const written = profileOf(folded);
        assert.equal(foldedOf(written, 'before_samples'), side(1));
        assert.equal(foldedOf(written, 'after_samples'), side(2));
        const inTime = profileOf(folded, { unit: 'us', type: 'offcpu' });
        assert.equal(foldedOf(inTime, 'before_offcpu', 1000), side(1));
      }),
    );
  });

  test('knows kernel code as such, and no mark is part of a name', () => {
    const profile = Profile.decode(gunzipSync(profileOf('app;read;vfs_read_[k] 1\n')));
    const { strings } = profile.stringTable;
    assert.deepEqual(
      profile.function.map(({ name }) => strings[Number(name)]),
      ['app', 'read', 'vfs_read'],
    );
    assert.deepEqual(
      profile.location.map(({ mappingId }) => strings[Number(profile.mapping[Number(mappingId) - 1]?.filename)]),
      ['cpu.folded', 'cpu.folded', '[kernel.kallsyms]'],
    );
  });
});

describe('what is no whole number', () => {
  test('is rounded so that the sum stays', () => {
    fc.assert(
      fc.property(fc.array(fc.nat({ max: 1e6 }), { minLength: 1, maxLength: 20 }), (thousandths) => {
        const folded = recording(thousandths.map((count, i) => `f${i} ${count / 1000}\n`).join(''));
        const exact = thousandths.reduce((sum, count) => sum + count, 0) / 1000;
        roundCounts(folded, 1);
        const sum = folded.table.weights.reduce((all, weight) => all + weight, 0);
        assert.ok(folded.table.weights.every(Number.isInteger));
        assert.ok(Math.abs(sum - exact) <= 0.501, `${sum} for ${exact}`);
      }),
    );
  });

  test('stays where the unit makes it whole', () => {
    const folded = recording('a 1.5\nb 0.29\n');
    assert.equal(roundCounts(folded, 1000), false);
    assert.deepEqual([...folded.table.weights], [1.5, 0.29]);
  });
});

const go = spawnSync('go', ['tool', '-n', 'pprof'], { encoding: 'utf8', timeout: 300_000 });
const skip = go.status === 0 ? false : 'no `go tool pprof`: apt-get install golang-go';

describe('go tool pprof', { skip }, () => {
  const folder = temporaryFolder();
  const folded = 'app;main;idle 5\napp;main;work;parse 20\napp;main;work;read;vfs_read_[k] 10\nother;main;work 3\n';

  function pprof(profile: Buffer, ...options: string[]): string {
    const file = join(folder, 'profile.pb.gz');
    writeFileSync(file, profile);
    return execFileSync('go', ['tool', 'pprof', '-symbolize=none', ...options, file], {
      encoding: 'utf8',
      env: { ...process.env, TZ: 'UTC', PPROF_TMPDIR: folder },
      stdio: ['ignore', 'pipe', 'pipe'],
    });
  }

  test('shows times, units and functions', () => {
    const meaning = { periodNs: 1e7, startNs: 1_777_636_800_000_000_000n, durationNs: 3e10 };
    const top = pprof(profileOf(folded, meaning), '-top');
    assert.match(top, /^File: cpu\.folded$/m);
    assert.match(top, /^Type: cpu$/m);
    assert.match(top, /^Time: 2026-05-01 12:00:00 UTC$/m);
    assert.match(top, /^Duration: 30s, Total samples = 380ms /m);
    assert.match(top, /^ +200ms 52\.63% 52\.63% +200ms 52\.63% +parse$/m);
    assert.match(top, /^ +30ms +7\.89% +100% +330ms 86\.84% +work$/m);
    assert.match(
      pprof(profileOf(folded, meaning), '-top', '-sample_index=samples'),
      /^ +20 52\.63% 52\.63% +20 52\.63% +parse$/m,
    );
  });

  test('shows either side of a comparison', () => {
    const profile = profileOf('a;b 7 9\na;gone 5 0\n', { unit: 'us', type: 'offcpu' });
    assert.match(pprof(profile, '-top'), /^Type: after_offcpu$/m);
    assert.match(pprof(profile, '-top'), /of 9us total/);
    assert.match(pprof(profile, '-top', '-sample_index=before_offcpu'), /of 12us total/);
  });

  test('writes what we fold back', () => {
    const proto = join(folder, 'again.pb.gz');
    pprof(profileOf(folded), '-proto', `-output=${proto}`);
    const again = execFileSync('gzip', ['-dc', proto]);
    const table = new StackTable();
    foldPprof(readPprof(again), 0, { ns: 1, per: 1 }, table, NAMES);
    assert.equal(Buffer.concat([...table.folded()].map((block) => Buffer.from(block))).toString(), folded);
  });
});
