import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sharedWaitEvents, waitEventsOf } from '../../../src/record/target/wait-events.ts';

const NAME = 'my_wait_event_info';
const ENTRY = 0x1000n;

/** A file with a symbol table of two: one that is only used here, and one that is defined. */
function elf(name: string, value: bigint): (at: number, length: number) => Buffer {
  const names = Buffer.from(`\0other\0${name}\0`);
  const sectionNames = Buffer.from('\0.dynsym\0.dynstr\0.shstrtab\0');
  const symbols = Buffer.alloc(3 * 24);
  symbols.writeUInt32LE(1 + 'other\0'.length, 24); // undefined: section 0
  symbols.writeBigUInt64LE(7n, 24 + 8);
  symbols.writeUInt32LE(1 + 'other\0'.length, 48);
  symbols.writeUInt16LE(1, 48 + 6);
  symbols.writeBigUInt64LE(value, 48 + 8);
  const parts = [symbols, names, sectionNames];
  const header = Buffer.alloc(64);
  header.write('\x7fELF\x02\x01', 'latin1');
  header.writeBigUInt64LE(ENTRY, 24);
  header.writeBigUInt64LE(64n, 40);
  header.writeUInt16LE(64, 58);
  header.writeUInt16LE(4, 60);
  header.writeUInt16LE(3, 62);
  const table = Buffer.alloc(4 * 64);
  let offset = 64 + table.length;
  for (const [i, part] of parts.entries()) {
    const nameAt = sectionNames.indexOf(['.dynsym', '.dynstr', '.shstrtab'][i] as string);
    table.writeUInt32LE(nameAt, (i + 1) * 64);
    table.writeBigUInt64LE(BigInt(offset), (i + 1) * 64 + 24);
    table.writeBigUInt64LE(BigInt(part.length), (i + 1) * 64 + 32);
    offset += part.length;
  }
  const file = Buffer.concat([header, table, ...parts]);
  return (at, length) => file.subarray(at, at + length);
}

function auxv(...words: bigint[]): Buffer {
  const bytes = Buffer.alloc(words.length * 8);
  for (const [i, word] of words.entries()) bytes.writeBigUInt64LE(word, i * 8);
  return bytes;
}

const AUXV = auxv(3n, 0x555500000040n, 9n, 0x555500001000n, 0n, 0n);

test('the address is the symbol of the file, as far up as its entry is', () => {
  const server = { exe: elf(NAME, 0xabcd8n), auxv: AUXV, version: '15\n' };
  assert.deepEqual(waitEventsOf(server), { address: 0x5555000abcd8, version: 15 });
  const fixed = { ...server, auxv: auxv(9n, ENTRY) };
  assert.deepEqual(waitEventsOf(fixed), { address: 0xabcd8, version: 15 });
});

test('no Postgres: nothing; one whose wait events can not be had: why', () => {
  const other = elf('something_else', 1n);
  assert.equal(waitEventsOf({ exe: other, auxv: AUXV }), undefined);
  assert.equal(waitEventsOf({ exe: () => Buffer.alloc(0), auxv: AUXV }), undefined);
  const why = (facts: object): unknown => waitEventsOf({ exe: elf(NAME, 8n), auxv: AUXV, version: '15', ...facts });
  assert.equal(why({ exe: other, version: '13\n' }), `Postgres 13 exports no ${NAME}`);
  assert.equal(why({ version: '19\n' }), 'those of Postgres 19 are not known');
  assert.equal(why({ auxv: auxv(3n, 1n) }), 'address and version of the server may not be read');
  assert.equal(why({ version: undefined }), 'address and version of the server may not be read');
});

test('several processes are of one server, or there are no wait events', () => {
  const [a, b] = [
    { address: 1, version: 16 },
    { address: 2, version: 16 },
  ];
  assert.equal(sharedWaitEvents([a, { ...a }]), a);
  assert.equal(sharedWaitEvents([undefined, undefined]), undefined);
  assert.match(String(sharedWaitEvents([a, b])), /not of one/);
  assert.match(String(sharedWaitEvents([a, undefined])), /not of one/);
});
