import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import {
  adviceOn,
  findingLines,
  isTracefsMounted,
  type MachineFacts,
  machineFindings,
  sudoSelf,
} from '../../../src/record/doctor/doctor.ts';
import { type ObjectFacts, objectTable, targetFindings } from '../../../src/record/doctor/doctor-target.ts';
import { ownersIn, packagePaths } from '../../../src/record/doctor/packages.ts';
import { elfFacts, isGoProgram } from '../../../src/symbols/elf.ts';
import { mappedFiles, replacedFiles } from '../../../src/symbols/maps.ts';
import { ROOT } from '../../tools.ts';

const GOOD: MachineFacts = {
  perf: 'perf version 6.1.1',
  bpftrace: 'bpftrace v0.17.0',
  uid: 0,
  sudoSelf: 'sudo flame-record',
  sudo: undefined,
  perfCapabilities: '',
  capabilities: 0x1ffffffffffn,
  paranoid: 2,
  mayCount: undefined,
  kptrRestrict: 1,
  tracefs: 'readable',
  hasBtf: true,
  hasCycles: true,
  memlock: 65536,
  kernel: '6.1.0',
};
const faults = (facts: Partial<MachineFacts>): string[] =>
  machineFindings({ ...GOOD, ...facts })
    .filter(({ level }) => level !== 'ok')
    .map(({ level, text, mend }) => `${level}: ${text} > ${mend}`);

describe('machineFindings', () => {
  test('nothing to say of a good machine', () => assert.deepEqual(faults({}), []));

  test('each fault with the command that mends it', () => {
    for (const [facts, expected] of [
      [{ perf: undefined }, /^fault: perf is not installed > apt-get install linux-perf$/],
      [{ perf: 'perf version 5.4.2' }, /^fault: .*too old/],
      [
        { perf: 'WARNING: perf not found for kernel 6.8.0-45-generic' },
        /^fault: perf does not run: WARNING: .* > apt-get install "linux-tools-\$\(uname -r\)"$/,
      ],
      [{ bpftrace: 'bpftrace: error while loading shared libraries' }, /^fault: bpftrace does not run: .* > apt-get/],
      [{ bpftrace: undefined }, /^fault: bpftrace is not installed.*apt-get install bpftrace$/],
      [{ bpftrace: 'bpftrace v0.9.4' }, /^fault: .*too old/],
      [{ tracefs: 'missing' }, /^fault: tracefs.* > mount -t tracefs /],
      [{ hasCycles: false }, /^note: no cycle counter/],
      [{ hasBtf: false }, /^note: .*BTF/],
      [{ kptrRestrict: 2 }, /^note: kptr_restrict is 2: kernel frames have no names > sysctl /],
      [{ kernel: '5.10.0' }, /^note: locked memory: at most 65536 bytes.* > ulimit -l unlimited$/],
    ] as const) {
      const found = faults(facts);
      assert.equal(found.length, 1, found.join('\n'));
      assert.match(found[0] ?? '', expected);
    }
  });

  test('rights of an ordinary user', () => {
    const user = { uid: 1000, capabilities: 0n, kptrRestrict: 0, tracefs: 'mounted' } as const;
    const [perf, bpftrace] = faults({ ...user, paranoid: 3 });
    assert.match(perf ?? '', /^fault: perf_event_paranoid is 3.*setcap/);
    assert.match(bpftrace ?? '', /^fault: user 1000 .*may not trace > sudo flame-record/);
    assert.match(
      faults({ ...user, paranoid: 3, mayCount: true })[0] ?? '',
      /^note: perf_event_paranoid is 3: perf may/,
    );
    assert.match(faults({ ...user, paranoid: 2 })[0] ?? '', /^note: .*without kernel frames > sudo setcap/);
    assert.match(faults({ ...user, paranoid: -1 })[0] ?? '', /^fault: .*bpftrace may not trace/);
    assert.match(
      faults({ ...user, kptrRestrict: 1, perfCapabilities: '/p cap_perfmon=ep' })[1] ?? '',
      /kptr_restrict is 1/,
    );
    assert.deepEqual(faults({ ...user, capabilities: (1n << 38n) | (1n << 39n) }), []);
  });

  test('sudo finds flame-record in its own folders only, so elsewhere the hint asks the shell for it', () => {
    const mends = (folders: string[]): string =>
      faults({ uid: 1000, capabilities: 0n, sudoSelf: sudoSelf(folders) }).join('\n');
    for (const folders of [[], ['/usr/local/bin'], ['/home/ann/.local/bin', '/usr/bin']])
      assert.match(mends(folders), / > sudo flame-record \.\.\./);
    assert.match(mends(['/home/ann/.local/bin']), / > sudo "\$\(command -v flame-record\)" \.\.\./);
  });

  test('a tracefs is mounted, whatever its mount is called', () => {
    for (const name of ['tracefs', 'nodev', 'none']) {
      assert.ok(
        isTracefsMounted(`proc /proc proc rw 0 0\n${name} /sys/kernel/tracing tracefs rw,relatime 0 0\n`),
        name,
      );
    }
    assert.ok(!isTracefsMounted('tracefs /mnt ext4 rw 0 0\ntracefs on tmpfs rw 0 0\n'));
  });

  test('rights by sudo; and of root in a container', () => {
    assert.deepEqual(faults({ uid: 1000, capabilities: 0n, paranoid: 4, kptrRestrict: 1, sudo: true }), []);
    assert.match(faults({ uid: 1000, capabilities: 0n, sudo: false })[0] ?? '', /^fault: sudo asks for a password/);
    const [perf, bpftrace] = faults({ capabilities: 0n, paranoid: 4 });
    assert.match(perf ?? '', /^fault: .*may not record > start the container with --cap-add PERFMON/);
    assert.match(bpftrace ?? '', /^fault: root with no capability.* > start the container with --privileged/);
  });

  test('what it would say to a failure', () => {
    assert.equal(adviceOn(machineFindings({ ...GOOD, bpftrace: undefined }), 'bpftrace'), 'apt-get install bpftrace');
    assert.equal(adviceOn(machineFindings(GOOD), 'perf'), '');
  });
});

const C = { language: 'C or C++' as const, extensions: [], lacks: [] };

const bare = {
  hasSymbols: false,
  hasLines: false,
  exported: 0,
  isRust: false,
  isGo: false,
  buildId: 'ab12',
  framePointers: true,
};

describe('targetFindings', () => {
  const object = (path: string, more: Partial<ObjectFacts> = {}): ObjectFacts => ({
    ...{ path, isMain: false, elf: bare, hasDebugFile: false, owner: '' },
    ...more,
  });
  const found = (...objects: ObjectFacts[]): string =>
    findingLines(
      targetFindings({
        pid: 7,
        command: 'app',
        root: '/',
        isForeignNamespace: false,
        objects,
        replaced: [],
        mayRead: true,
        sudoSelf: 'sudo flame-record',
        language: C,
      }),
    );

  test('the program itself, by how it was made', () => {
    const rust = { ...bare, isRust: true, framePointers: false };
    assert.match(
      found(object('/app', { isMain: true, elf: rust })),
      /FAULT {2}\/app is stripped: .*\n {7}> Cargo.toml: .*strip = "none"/,
    );
    assert.match(
      found(object('/app', { isMain: true, elf: rust })),
      /note {3}most code of \/app keeps no frame pointers.*\n {7}> RUSTFLAGS=/,
    );
    assert.match(found(object('/app', { isMain: true })), /FAULT .*\n {7}> compile and link with -g/);
    assert.match(
      found(object('/app', { isMain: true, elf: { ...bare, hasSymbols: true } })),
      /note {3}\/app has no debug information: .*\n {7}> compile with -g1 or -g\n$/,
    );
    assert.match(
      found(object('/app', { isMain: true, elf: { ...rust, hasSymbols: true, framePointers: true } })),
      /no debug information: .*\n {7}> Cargo\.toml: .*line-tables-only/,
    );
    assert.match(
      found(object('/app', { isMain: true, elf: { ...bare, isGo: true, hasSymbols: true } })),
      /no debug information: .*\n {7}> go build, without -ldflags '-s -w'\n$/,
    );
    assert.match(
      found(object('/app', { isMain: true, hasDebugFile: true })),
      /ok {5}\/app has symbols and debug information\n$/,
    );
  });

  test('one of a distribution: its package; no fault if its functions are exported', () => {
    const postgres = object('/pg', { isMain: true, owner: 'postgresql-15', elf: { ...bare, exported: 12000 } });
    assert.match(
      found(postgres),
      /note {3}\/pg is stripped: only its 12000 exported functions have names\n {7}> apt-get install postgresql-15-dbgsym/,
    );
  });

  test('libraries in one finding, with one command; an extension of our own by itself', () => {
    const lines = found(
      object('/lib/libz.so.1', { owner: 'zlib1g' }),
      object('/lib/libc.so.6', { owner: 'libc6' }),
      object('/lib/libm.so.6', { owner: 'libc6', hasDebugFile: true }),
      object('/lib/pg/ours.so', { elf: { ...bare, isRust: true } }),
    );
    assert.match(lines, /2 libraries have no symbols.*\n {7}> apt-get install libc6-dbg zlib1g-dbgsym /);
    assert.match(found(object('/lib/libc.so.6', { owner: 'libc6' })), /\n {7}> apt-get install libc6-dbg\n/);
    // where Debian has the symbols of a package beside it, there is no -dbgsym
    for (const [owner, debug] of [
      ['libpython3.11', 'python3.11-dbg'],
      ['perl-base', 'perl-debug'],
      ['libperl5.40', 'perl-debug'],
      ['libperl4-corelibs-perl', 'libperl4-corelibs-perl-dbgsym'],
    ])
      assert.ok(found(object('/lib/x.so', { owner })).includes(`> apt-get install ${debug}`), owner);
    assert.match(lines, /ours\.so is stripped.*\n {7}> Cargo\.toml/);
    assert.match(
      found(object('/lib/libz.so.1', { owner: undefined })),
      /1 library has .*\n {7}> debuginfod-find debuginfo ab12\n/,
    );
  });

  test('a file that was replaced while it runs is a fault', () => {
    const facts = {
      pid: 7,
      command: 'app',
      root: '/',
      isForeignNamespace: false,
      objects: [],
      mayRead: true,
      sudoSelf: 'sudo flame-record',
      language: C,
    };
    const lines = findingLines(targetFindings({ ...facts, replaced: ['/lib/pg/ours.so'] }));
    assert.match(lines, /^FAULT {2}\/lib\/pg\/ours\.so was deleted or replaced since process 7 .*\n {7}> restart /m);
  });

  test('the flag that a runtime lacks is a fault', () => {
    const facts = {
      pid: 7,
      command: 'node',
      root: '/',
      isForeignNamespace: false,
      objects: [],
      mayRead: true,
      sudoSelf: 'sudo flame-record',
      replaced: [],
    };
    const profiler = [{ text: 'Ruby tells nothing', mend: 'rbspy record --pid PID', what: 'names' as const }];
    const ruby = { ...facts, language: { language: 'Ruby' as const, extensions: [], lacks: profiler } };
    assert.ok(findingLines(targetFindings(ruby)).includes(`       > rbspy record --pid ${facts.pid}`));
    const lacks = [{ text: 'Node does not tell', mend: 'node --perf-basic-prof', what: 'names' as const }];
    const lines = findingLines(targetFindings({ ...facts, language: { language: 'Node', extensions: [], lacks } }));
    assert.match(lines, /^ok {5}language: Node\n.*FAULT {2}Node does not tell\n {7}> node --perf-basic-prof$/ms);
    const bare = [{ text: 'callers are missing', mend: "run Node's own build", what: 'callers' as const }];
    assert.match(
      findingLines(targetFindings({ ...facts, language: { language: 'Node', extensions: [], lacks: bare } })),
      /^note {3}callers are missing\n {7}> run Node's own build$/m,
    );
    const java = { ...facts, language: { language: 'Java' as const, extensions: [], lacks: [] } };
    const ofOwner = (owner: string): string =>
      findingLines(targetFindings({ ...java, objects: [object('/java', { isMain: true, owner })] }));
    assert.doesNotMatch(ofOwner('openjdk-21-jre-headless'), /stripped/);
    assert.match(ofOwner('openjdk-21-jre-headless'), /java has no symbols .*\n {7}> apt-get install openjdk-21-dbg$/m);
    const python = ['python3.13-minimal', 'libpython3.13-stdlib', 'libc6'].map((owner, i) =>
      object(`/${owner}`, { isMain: i === 0, owner }),
    );
    const language = { ...java.language, language: 'Python' as const };
    const told = findingLines(targetFindings({ ...java, language, objects: python }));
    assert.match(told, /python3\.13-minimal has no symbols .*\n {7}> apt-get install python3\.13-dbg$/m);
    assert.match(told, /2 libraries have no symbols .*\n {7}> apt-get install libc6-dbg python3\.13-dbg$/m);
    // its package stands apart, however many those of its libraries are
    const many = Array.from({ length: 9 }, (_, i) => object(`/lib/lib${i}.so`, { owner: `lib${i}` }));
    const more = findingLines(targetFindings({ ...java, language, objects: [...python, ...many] }));
    assert.match(more, /python3\.13-minimal has no symbols .*\n {7}> apt-get install python3\.13-dbg$/m);
    assert.match(more, /11 libraries have no symbols .*\n {7}> if a hot function is in one: /m);
    assert.match(ofOwner(''), /FAULT {2}\/java is stripped/);
  });

  test('a table of all mapped files', () => {
    assert.equal(
      objectTable([object('/app', { elf: { ...bare, hasSymbols: true } }), object('/x', { elf: undefined })]),
      `
  .symtab  .debug_line  debug file  frame pointers  exported
      yes           no          no             yes         0  /app
`,
    );
  });
});

test('of many files those of the target come first, libc next, and the rest in one line', () => {
  const elf = { ...bare, hasSymbols: true };
  const of = (path: string, owner: string): ObjectFacts => ({ path, isMain: false, elf, hasDebugFile: false, owner });
  const libraries = Array.from({ length: 12 }, (_, i) => of(`/lib/lib${i}.so`, `lib${i}`));
  const objects = [...libraries, of('/lib/libc.so.6', 'libc6'), of('/lib/pg/ours.so', ''), of('/pg', 'pg')];
  objects.at(-1)!.isMain = true;
  assert.deepEqual(objectTable(objects).match(/\/\S+|\(and.*/g), [
    '/pg',
    '/lib/pg/ours.so',
    '/lib/libc.so.6',
    '(and 12 libraries of the distribution)',
  ]);
  for (const one of objects) one.elf = { ...elf, hasSymbols: false };
  const where = { root: '/', isForeignNamespace: false, replaced: [], mayRead: true, sudoSelf: 'sudo flame-record' };
  const target = { pid: 7, command: 'pg', ...where, language: C };
  const lines = findingLines(targetFindings({ ...target, objects }));
  assert.match(lines, /pg is stripped[\s\S]*ours\.so is stripped[\s\S]*13 libraries have no symbols/);
  assert.match(
    lines,
    /apt-get install debian-goodies && find-dbgsym-packages --install 7 +\(-dbgsym: from the debian-debug archive/,
  );
});

test('what a process has mapped tells nothing if it may not be read, and perf loses it below some paths', () => {
  const where = { root: '/', isForeignNamespace: false, replaced: [], sudoSelf: 'sudo flame-record' };
  const target = { pid: 7, command: 'app', ...where, language: C };
  const unread = findingLines(targetFindings({ ...target, mayRead: false, objects: [] }));
  assert.match(unread, /FAULT {2}what it has mapped may not be read/);
  assert.doesNotMatch(unread, /language/);
  const path = Buffer.from('/opt/größe/app').toString('latin1');
  const object = { path, isMain: true, elf: undefined, hasDebugFile: false, owner: '' };
  const misread = findingLines(targetFindings({ ...target, mayRead: true, objects: [object] }));
  assert.match(misread, /note {3}\S+ has letters beyond ASCII: perf loses names .*\n {7}> put it below another path/);
});

test('packages of files, whichever of their two names dpkg knows', () => {
  const paths = ['/usr/lib/libc.so.6', '/opt/app', '/usr/bin/dup'];
  assert.deepEqual(packagePaths(['/usr/lib/libc.so.6', '/lib/a']), [
    '/usr/lib/libc.so.6',
    '/lib/libc.so.6',
    '/lib/a',
    '/usr/lib/a',
  ]);
  const answer = 'libc6:amd64: /lib/libc.so.6\ndiversion by dash from: /bin/sh\none, other:i386: /usr/bin/dup\n';
  assert.deepEqual(
    [...ownersIn(answer, paths)],
    [
      ['/usr/lib/libc.so.6', 'libc6'],
      ['/usr/bin/dup', 'one'],
    ],
  );
});

describe('elfFacts', () => {
  const read = (bytes: Buffer) => (at: number, length: number) => bytes.subarray(at, at + length);

  test("reads this test's own program, and any part of it without harm", () => {
    const bytes = readFileSync(process.execPath);
    assert.ok(elfFacts(read(bytes)));
    for (const length of [0, 3, 63, 64, 200, 5000]) elfFacts(read(bytes.subarray(0, length)));
    assert.equal(elfFacts(read(Buffer.from('#!/bin/sh\n'.repeat(20)))), undefined);
  });

  test("tells Go's programs from others", () => {
    // esbuild is one
    const esbuild = join(ROOT, 'node_modules/@esbuild', `linux-${process.arch}`, 'bin/esbuild');
    assert.equal(isGoProgram(read(readFileSync(esbuild))), true);
    assert.equal(isGoProgram(read(readFileSync(process.execPath))), false);
  });
});

test('mapped code, each file once', () => {
  const maps = `55d0c000-55d0e000 r--p 00000000 fd:01 1 /srv/my app
55d0e000-55d0f000 r-xp 00002000 fd:01 1 /srv/my app
7f00-7f10 r-xp 00000000 fd:01 2 /lib/libc.so.6
7f20-7f30 r-xp 00000000 fd:01 3 /tmp/old.so (deleted)
7f40-7f50 r-xp 00000000 00:00 0 [vdso]
7f60-7f70 r-xp 00000000 00:01 9 /memfd:x
7f80-7f90 r-xp 00000000 fd:01 2 /lib/libc.so.6
`;
  assert.deepEqual(mappedFiles(maps), ['/srv/my app', '/lib/libc.so.6']);
  assert.deepEqual(replacedFiles(maps), ['/tmp/old.so']);
  assert.deepEqual(replacedFiles(maps.replace('/memfd:x', '/memfd:x (deleted)')), ['/tmp/old.so']);
});
