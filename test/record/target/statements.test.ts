// Where a server keeps its statements, in a memory made up by the layout that servers have.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import {
  SLEEP,
  type SleepingServer,
  statementArguments,
  statementPlacesOf,
} from '../../../src/record/target/statements.ts';

const VARIABLES = { error_context_stack: 0x1000n, debug_query_string: 0x1008n, MyBEEntry: 0x1010n };
const QUERY_ID = -4216314852261833838n;

/** Some words, and texts that stand behind each other from 0x8000 on. */
function serverOf(words: Record<number, bigint>, texts: Record<number, string>): SleepingServer {
  const memory = Buffer.alloc(0x10000);
  for (const [at, word] of Object.entries(words)) memory.writeBigUInt64LE(BigInt.asUintN(64, word), Number(at));
  for (const [at, text] of Object.entries(texts)) memory.write(`${text}\0`, Number(at), 'latin1');
  return {
    addressOf: (name) => VARIABLES[name as keyof typeof VARIABLES],
    read: (address, length) => memory.subarray(Number(address), Number(address) + length),
    queryId: QUERY_ID,
  };
}

const WORDS = {
  4096: 0x2000n, // error_context_stack: plpgsql's callback, then SPI's
  8192: 0x2100n,
  8200: 0x55550001n,
  8208: 0x2300n,
  8448: 0n,
  8456: 0x55550002n,
  8464: 0x2400n,
  9216: 0x8200n, // SPI's argument: its query
  4104: 0x8000n, // debug_query_string
  4112: 0x3000n, // MyBEEntry
  [0x3000 + 248]: 0x8000n,
  [0x3000 + 424]: QUERY_ID,
};
const TEXTS = { 32768: SLEEP, 33280: 'SELECT pg_sleep(3)' };

describe('the places of statements', () => {
  const places = statementPlacesOf(serverOf(WORDS, TEXTS));

  test('are found by what stands there', () => {
    assert.deepEqual(places, {
      ...{ context: 0x1000, callback: 0x55550002, debug: 0x1008, entry: 0x1010, activity: 248, query: 424 },
    });
    assert.deepEqual(statementArguments(places), ['0x1000', '0x55550002', '0x1008', '0x1010', '248', '424']);
  });

  test('lack the query id where the server has none', () => {
    assert.equal(statementPlacesOf({ ...serverOf(WORDS, TEXTS), queryId: undefined }).query, 0);
    assert.equal(statementPlacesOf({ ...serverOf(WORDS, TEXTS), queryId: 0n }).query, 0);
  });

  test('that are not found are said', () => {
    const server = serverOf(WORDS, TEXTS);
    const nothing = { ...server, read: () => Buffer.alloc(0) };
    assert.throws(() => statementPlacesOf({ ...server, addressOf: () => undefined }), /exports no error_context_stack/);
    assert.throws(() => statementPlacesOf(nothing), /run as root/);
    assert.throws(() => statementPlacesOf(serverOf({ ...WORDS, 4096: 0n }, TEXTS)), /_SPI_error_callback/);
    assert.throws(() => statementPlacesOf(serverOf({ ...WORDS, [0x3000 + 248]: 0n }, TEXTS)), /st_activity_raw/);
  });
});
