// Many streams, read one after the other: highland joins them and keeps back-pressure.

import type { Readable } from 'node:stream';
import highland from 'highland';

interface Item {
  index: number;
  /** undefined: this stream has ended */
  bytes: Uint8Array | undefined;
}

/**
 * The streams by name: the path of a file's stream, else `<stream 1>`. Read them in order and each to its end, because
 * a stream begins to flow when the one before has ended.
 */
export function joined(inputs: readonly Readable[]): Map<string, AsyncIterable<Uint8Array>> {
  const items = highland(inputs.map(itemsOf)).series();
  const pull = (): Promise<Item | undefined> =>
    new Promise((resolve, reject) => {
      items.pull((error, item) => (error ? reject(error) : resolve(highland.isNil(item) ? undefined : (item as Item))));
    });
  async function* bytesOf(wanted: number): AsyncGenerator<Uint8Array, void> {
    for (;;) {
      const item = await pull();
      // what is left of a stream that its reader gave up belongs to none
      if (item === undefined || (item.index === wanted && item.bytes === undefined)) return;
      if (item.index === wanted) yield item.bytes as Uint8Array;
    }
  }
  return new Map(namesOf(inputs).map((name, index) => [name, bytesOf(index)]));
}

function itemsOf(input: Readable, index: number): Highland.Stream<Item> {
  const items = highland<Uint8Array>(input).map((bytes): Item => ({ index, bytes }));
  return items.concat(highland<Item>([{ index, bytes: undefined }]));
}

function namesOf(inputs: readonly Readable[]): string[] {
  const names = inputs.map((input, index) =>
    'path' in input && typeof input.path === 'string' ? input.path : `<stream ${index + 1}>`,
  );
  return names.map((name, index) => (names.indexOf(name) === index ? name : `${name} <stream ${index + 1}>`));
}
