import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DataNames } from '../../src/symbols/data-names.ts';
import { ElfFile } from '../../src/symbols/elf/elf-file.ts';
import { ObjectSymbols } from '../../src/symbols/object.ts';
import { bytesOf, readerOf } from './objects.ts';

const MAPS = `55d2cfe87000-55d2cfea0000 r--p 00000000 fe:00 6135931                    /srv/my host
55d2cfea0000-55d2cfeee000 r-xp 00018000 fe:00 6135931                    /srv/my host
55d2cfef3000-55d2cfef4000 rw-p 00069000 fe:00 6135931                    /srv/my host
55d2cfef4000-55d2cfef5000 rw-p 00000000 00:00 0
55d30e2d7000-55d30e2f8000 rw-p 00000000 00:00 0                          [heap]
7f4c3c000000-7f4c3c021000 rw-p 00000000 00:00 0
7f4c3c021000-7f4c40000000 ---p 00000000 00:00 0
7f4c60000000-7f4c60001000 ---p 00000000 00:00 0
7f4c60001000-7f4c60801000 rw-p 00000000 00:00 0
7f4c61000000-7f4c61001000 rw-s 00000000 00:01 1                          /dev/zero (deleted)
7fffc4930000-7fffc4952000 rw-p 00000000 00:00 0                          [stack]
`;

test('a variable has its name, and other memory says where it lies', () => {
  const distances: number[] = [];
  const dataAt = (distance: number): string => {
    distances.push(distance);
    return distance < 0x6d000 ? '_ZN4host8REGISTRY17h0123456789abcdefE' : '';
  };
  const names = new DataNames(() => ({ refusal: undefined, dataAt }));
  names.addMaps(5, MAPS);
  const place = (address: number): string | undefined => names.at(address, 5)?.place;
  assert.deepEqual(names.at(0x55d2cfef3010, 5), { symbol: 'host::REGISTRY', place: 'data of my host' });
  assert.deepEqual(names.at(0x55d2cfef4010, 5), { symbol: undefined, place: 'data of my host' });
  assert.deepEqual(distances, [0x6c010, 0x6d010]);
  assert.deepEqual([0x55d30e2d7010, 0x7f4c3c000010, 0x7fffc4930010, 0x7f4c60001010, 0x7f4c61000010].map(place), [
    ...['heap', 'heap', 'stack', 'stack', 'shared memory'],
  ]);
  assert.equal(names.at(0x10, 5), undefined, 'in no map');
  assert.equal(names.at(0x55d2cfef3010, 6), undefined, 'of another process');
});

test('variables are those of the file, by the place where it is loaded', () => {
  const bytes = bytesOf('gcc-dwarf5');
  const object = new ObjectSymbols('/x', () => readerOf(bytes), undefined);
  const base = Math.min(...new ElfFile(readerOf(bytes)).segments.map(({ address, offset }) => address - offset));
  assert.equal(object.dataAt(0x400194 - base), 'sink');
  assert.equal(object.dataAt(0x800000), undefined);
});
