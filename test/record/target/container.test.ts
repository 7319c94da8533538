import assert from 'node:assert/strict';
import { test } from 'node:test';
import { pathFromHere } from '../../../src/record/target/container.ts';

test('a file of a process is found from here, whatever root it has', () => {
  const seen = (root: string, isForeignNamespace: boolean, path: string): string =>
    pathFromHere({ pid: 7, root, isForeignNamespace }, path);
  assert.equal(seen('/', false, '/usr/bin/app'), '/usr/bin/app');
  // a chroot: /proc shows its paths from our root on
  assert.equal(seen('/srv/root', false, '/srv/root/usr/bin/app'), '/srv/root/usr/bin/app');
  // a container
  assert.equal(seen('/', true, '/usr/bin/app'), '/proc/7/root/usr/bin/app');
  // a chroot within a mount namespace of its own, and a file that it has from elsewhere
  assert.equal(seen('/srv/root', true, '/srv/root/usr/bin/app'), '/proc/7/root/usr/bin/app');
  assert.equal(seen('/srv/root', true, '/srv/rooted/app'), '/proc/7/root/srv/rooted/app');
});
