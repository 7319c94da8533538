import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ANY_PROCESS, Mappings } from '../../src/symbols/mappings.ts';

const MAPS = `56343bbd8000-56343bc9f000 r--p 00000000 fe:00 6013295                    /opt/busy
56343bc9f000-56343bdc0000 r-xp 000c6000 fe:00 6013295                    /opt/busy
7f63f1b9e000-7f63f1cf4000 r-xp 00026000 fe:00 326269                     /usr/lib/my libc.so.6 (deleted)
7fff00000000-7fff00002000 r-xp 00000000 00:00 0                          [vdso]
7fff10000000-7fff10002000 rwxp 00000000 00:00 0 
`;

test('a copy of /proc/PID/maps: code only, whatever the path', () => {
  const maps = new Mappings();
  maps.addMaps(7, MAPS);
  assert.equal(maps.count, 4);
  assert.equal(maps.at(7, 0x56343bbd8000, ''), undefined);
  const busy = maps.at(7, 0x56343bcaa2dd, '');
  assert.equal(busy && (0x56343bcaa2dd - busy.from + busy.offset).toString(16), 'd12dd');
  assert.equal(maps.at(7, 0x7f63f1b9e000, '')?.path, '/usr/lib/my libc.so.6 (deleted)');
  assert.equal(maps.at(7, 0x7fff10000000, '')?.path, '');
});

test('an address is of no file where the process had two there; by its path it is found, in other processes too', () => {
  const maps = new Mappings();
  maps.add(1, { from: 0x1000, to: 0x3000, offset: 0, path: '/a' });
  maps.add(1, { from: 0x2000, to: 0x4000, offset: 0x100, path: '/b' });
  maps.add(1, { from: 0x3000, to: 0x3800, offset: 0x1100, path: '/b' });
  const pathAt = (pid: number, address: number, path = ''): string | undefined => maps.at(pid, address, path)?.path;
  assert.deepEqual([pathAt(1, 0x1fff), pathAt(1, 0x2000), pathAt(1, 0x3000)], ['/a', undefined, '/b']);
  assert.deepEqual(
    [pathAt(1, 0x2000, '/a'), pathAt(2, 0x2000, '/b'), pathAt(2, 0x2000, '/c')],
    ['/a', '/b', undefined],
  );
  assert.equal(pathAt(2, 0x1fff), '/a', 'the only process stands for all');
  maps.add(2, { from: 0x8000, to: 0x9000, offset: 0, path: '/c' });
  assert.deepEqual([pathAt(3, 0x1fff), pathAt(ANY_PROCESS, 0x1fff)], [undefined, '/a']);
});

test('a child has what its parent had mapped, and then what it maps itself', () => {
  const maps = new Mappings({ knowsAll: true });
  maps.add(1, { from: 0x1000, to: 0x2000, offset: 0, path: '/shell' });
  assert.equal(maps.at(2, 0x1000, ''), undefined, 'it may have run any program');
  maps.fork(2, 1);
  assert.equal(maps.at(2, 0x1000, '')?.path, '/shell');
  maps.add(2, { from: 0x5000, to: 0x6000, offset: 0, path: '/grep' });
  maps.add(2, { from: 0x1000, to: 0x1800, offset: 0, path: '/lib' });
  assert.equal(maps.at(2, 0x5000, '')?.path, '/grep');
  assert.equal(maps.at(2, 0x1000, ''), undefined, 'before or after exec?');
  assert.equal(maps.at(1, 0x5000, ''), undefined);
});
