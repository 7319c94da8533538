// The two commands of README.md on fresh Debians: chroots that debootstrap makes in build/chroots, once. Each gets what git
// has at HEAD, in a path with blanks and umlauts, and nothing else.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import { copyFileSync, existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { before, describe, test } from 'node:test';
import { ROOT } from '../tools.ts';

const USER = 'ann';
const PLACE = '/srv/flame pipe ü';
const CERTIFICATES = 'etc/ssl/certs/ca-certificates.crt';
const PATHS = { PATH: '/usr/sbin:/usr/bin:/sbin:/bin' };
const MOUNT_AND_ENTER = 'mount --rbind /dev "$0/dev" && mount -t proc proc "$0/proc" && exec chroot "$0" "$@"';
/** What a user installs by hand; bookworm's Node is too old, and the Makefile brings another. */
const PACKAGES = 'ca-certificates git make nodejs npm';

function obstacle(): string | false {
  if (process.getuid?.() !== 0) return 'only root can make chroots';
  if (spawnSync('debootstrap', ['--version']).error) return 'no debootstrap: apt-get install debootstrap';
  return false;
}

for (const suite of ['bookworm', 'trixie']) {
  describe(`on Debian ${suite}`, { skip: obstacle() }, () => {
    const chroot = join(ROOT, 'build/chroots', suite);
    const within = join(chroot, PLACE);

    /** Output and exit status of a shell line, which sees this environment and nothing of ours. */
    const run = (line: string, user = 'root', environment: Record<string, string> = {}): [string, number | null] => {
      const home = user === 'root' ? '/root' : `/home/${user}`;
      // npm needs the certificates of this machine where a proxy stands between
      const env = { ...PATHS, HOME: home, NODE_EXTRA_CA_CERTS: `/${CERTIFICATES}` };
      const words = [chroot, 'setpriv', `--reuid=${user}`, `--regid=${user}`, '--init-groups', 'bash', '-c'];
      // in a mount namespace, so that nobody who removes the folder removes this machine's devices
      const child = spawnSync(
        'unshare',
        ['--mount', 'sh', '-c', MOUNT_AND_ENTER, ...words, `cd '${PLACE}' && ${line}`],
        { env: { ...env, ...environment }, encoding: 'utf8', maxBuffer: 1e9 },
      );
      return [`${child.stdout}${child.stderr}`, child.status];
    };
    const leftInTmp = (): string[] => readdirSync(join(chroot, 'tmp'));

    /** A fresh checkout, of that user. */
    const checkOut = (user: string): void => {
      rmSync(within, { recursive: true, force: true });
      mkdirSync(within, { recursive: true });
      const tree = execFileSync('git', ['-C', ROOT, 'archive', 'HEAD'], { maxBuffer: 1e9 });
      execFileSync('tar', ['x', '-C', within], { input: tree });
      execFileSync('chroot', [chroot, 'chown', '-R', user, PLACE]);
    };

    before(() => {
      if (!existsSync(join(chroot, 'home', USER))) {
        execFileSync('rm', ['-rf', '--one-file-system', chroot]);
        mkdirSync(chroot, { recursive: true });
        execFileSync('debootstrap', ['--variant=minbase', suite, chroot], { stdio: 'ignore' });
        copyFileSync('/etc/resolv.conf', join(chroot, 'etc/resolv.conf'));
        // debootstrap itself fails to configure npm
        const install = `apt-get -qq update && apt-get -qq install --no-install-recommends ${PACKAGES}`;
        const env = { ...PATHS, DEBIAN_FRONTEND: 'noninteractive' };
        execFileSync('chroot', [chroot, 'sh', '-c', install], { env, stdio: 'ignore' });
        execFileSync('chroot', [chroot, 'useradd', '--create-home', USER]);
      }
      copyFileSync(`/${CERTIFICATES}`, join(chroot, CERTIFICATES));
    });

    test('make demo and make install serve a user, and the picture is legible', () => {
      checkOut(USER);
      const [said, status] = run('make demo && make install PREFIX=$HOME/.local', USER);
      assert.equal(status, 0, said);
      assert.match(said, /^The flame graph: \/srv\/flame pipe ü\/demo\/cpu\.svg /m);
      const folded = readFileSync(join(within, 'demo/cpu.folded'), 'latin1').match(/^[^#\n].*$/gm)!;
      const sum = (lines: string[]): number => lines.reduce((total, line) => total + Number(line.split(' ').at(-1)), 0);
      const unnamed = sum(folded.filter((line) => /\[unknown\] \d+$/.test(line))) / sum(folded);
      assert.ok(unnamed < 0.2, `${unnamed} of the time has no name`);
      assert.match(run(`$HOME/.local/bin/perf-fold --version`, USER)[0], /^perf-fold \d+\.\d+\.\d+\n$/);
      assert.deepEqual(leftInTmp(), []);
    });

    test('make check passes for root and for a user, in any language, twice, and leaves nothing in /tmp', () => {
      for (const [user, environment, times] of [
        ['root', { LC_ALL: 'de_DE.UTF-8' }, ['first']],
        [USER, { LC_ALL: 'C' }, ['first', 'second']],
      ] as const) {
        checkOut(user);
        for (const time of times) {
          const [said, status] = run('make check', user, environment);
          assert.equal(status, 0, `${user}, ${time} time: ${said}`);
          assert.deepEqual(leftInTmp(), []);
        }
      }
    });
  });
}
