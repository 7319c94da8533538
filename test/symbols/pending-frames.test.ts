import assert from 'node:assert/strict';
import { test } from 'node:test';
import { StackTable } from '../../src/engine/stack-table.ts';
import { ObjectSymbols, type SymbolFrame } from '../../src/symbols/object.ts';
import { PendingFrames } from '../../src/symbols/pending-frames.ts';
import type { CodePlace, Expansion } from '../../src/symbols/symbolizer.ts';
import { foldedText } from '../folded-tables.ts';

const object = new ObjectSymbols('/srv/app', () => undefined, undefined);
const frames = (name: string): SymbolFrame[] => [{ name, home: undefined, isInlined: false, file: undefined, line: 0 }];

/** What becomes of stacks of addresses, leaf last; each address was printed as `printed`. */
function settled(
  functionsAt: (place: CodePlace) => Expansion | undefined,
  stacks: readonly (readonly number[])[],
): string {
  const table = new StackTable();
  const options = { inline: true, srcline: false, files: true };
  const pending = new PendingFrames(table, { functionsAt }, options, ({ name = '' }) => table.name(name));
  const printed = table.name('printed');
  for (const stack of stacks) {
    const ids = stack.map((address) => pending.add({ object, address }, printed, address, '/srv/app'));
    table.add(ids, 1, 1);
  }
  pending.lookUp();
  pending.settle(() => false, 0);
  return foldedText(table);
}

test('each place is looked up once, in the order of addresses', () => {
  const asked: number[] = [];
  const functionsAt = ({ address }: CodePlace): Expansion => {
    asked.push(address);
    return { exact: frames(`at${address}`), caller: frames(`in${address}`) };
  };
  assert.equal(
    settled(functionsAt, [
      [9, 100],
      [20, 9],
      [9, 100],
    ]),
    'in20;at9 1\nin9;at100 2\n',
  );
  assert.deepEqual(asked, [9, 20, 100]);
});

test('a frame keeps its printed name where nothing is known, though more is known of the call before it', () => {
  const functionsAt = ({ address }: CodePlace): Expansion | undefined =>
    address === 1 ? { exact: [], caller: frames('caller') } : undefined;
  assert.equal(settled(functionsAt, [[1], [1, 2]]), 'caller;printed 1\nprinted 1\n');
});
