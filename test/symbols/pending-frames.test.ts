import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StackTable } from '../../src/engine/stack-table.ts';
import { ObjectSymbols, type SymbolFrame } from '../../src/symbols/object.ts';
import { PendingFrames } from '../../src/symbols/pending-frames.ts';
import type { CodePlace } from '../../src/symbols/symbolizer.ts';
import { foldedText } from '../folded-tables.ts';
import { bytesOf, readerOf } from './objects.ts';

const unread = new ObjectSymbols('/srv/app', () => undefined, undefined);
const frames = (name: string): SymbolFrame[] => [{ name, home: undefined, isInlined: false, file: undefined, line: 0 }];

type Find = (place: CodePlace) => SymbolFrame[];

/** What becomes of stacks of addresses, leaf last; each address was printed as `printed`. */
function settled(exactAt: Find, callerAt: Find, stacks: readonly (readonly number[])[], object = unread): string {
  const table = new StackTable();
  const options = { inline: true, srcline: false, files: true };
  const lookUp = { exactAt, callerAt, unmapped: 0 };
  const pending = new PendingFrames(table, lookUp, options, ({ name = '' }) => table.name(name));
  const printed = table.name('printed');
  for (const stack of stacks) {
    const ids = stack.map((address) => pending.add({ object, address }, printed, address, '/srv/app'));
    table.add(ids, 1, 1);
  }
  pending.lookUp([]);
  pending.settle(new Set(), 0);
  return foldedText(table);
}

test('each place is looked up once as what it is, in the order of addresses', () => {
  const asked: string[] = [];
  const find =
    (role: string): Find =>
    ({ address }) => {
      asked.push(`${role}${address}`);
      return frames(`${role}${address}`);
    };
  const stacks = [
    [9, 100],
    [20, 9],
    [9, 100],
  ];
  assert.equal(settled(find('at'), find('in'), stacks), 'in20;at9 1\nin9;at100 2\n');
  assert.deepEqual(asked, ['at9', 'in9', 'in20', 'at100']);
});

test('a frame keeps its printed name where nothing is known, though more is known of the call before it', () => {
  const callerAt: Find = ({ address }) => (address === 1 ? frames('caller') : []);
  assert.equal(
    settled(() => [], callerAt, [[1], [1, 2]]),
    'caller;printed 1\nprinted 1\n',
  );
});

test('where a file has no code there is no caller, and none further out; a call may be the last of its code', () => {
  const object = new ObjectSymbols('/srv/app', () => readerOf(bytesOf('gcc-dwarf4')), undefined);
  const find: Find = ({ address }) => frames(address.toString(16));
  const [inData, endOfCode, inCode] = [0x400140, 0x400184, 0x400160];
  const stacks = [
    [inCode, inData, endOfCode, inCode],
    [inData, inData],
  ];
  assert.equal(settled(find, find, stacks, object), '400140 1\n400184;400160 1\n');
  assert.equal(object.nameAt(inCode), 'work');
  assert.equal(object.nameAt(inData), undefined);
  const other = new ObjectSymbols('/srv/app', () => readerOf(bytesOf('gcc-dwarf4')), '00'.repeat(20));
  assert.equal(other.refusal, 'another build');
  assert.equal(settled(find, find, stacks, other), '400140;400140 1\n400160;400140;400184;400160 1\n');
});
