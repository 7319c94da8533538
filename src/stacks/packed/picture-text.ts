// The folded text that a picture was drawn from: flame-svg puts all stacks into its file.

import { inflateSync } from 'node:zlib';
import { DATA_BEGINS, DATA_VERSION, type PackedStacks } from './picture-data.ts';
import { columnsOf } from './unpack.ts';

const BLOCK = 1 << 18;
/** Ten million stacks take a third of it. */
const MOST_BYTES = 2 ** 30;
/** of one stack */
const MOST_FRAMES = 2 ** 24;
const OTHER_VERSION =
  'another version of flame-svg drew this picture, and packed its stacks in another way: give the folded text itself, or draw it again';
const DAMAGED = 'the stacks in this picture are damaged or cut off';

/**
 * The folded text of the picture in a file, in blocks of whole lines; undefined: it holds no stacks. Throws an Error
 * with a message for users if the file holds several pictures or a damaged one; damage may show only at a later block.
 */
export function foldedOfPicture(file: Buffer): Generator<Buffer> | undefined {
  const at = file.indexOf(DATA_BEGINS);
  if (at < 0) return undefined;
  if (file.indexOf(DATA_BEGINS, at + 1) > 0)
    throw new Error('this page holds several pictures; give one of their files');
  const from = at + DATA_BEGINS.length;
  const end = file.indexOf('<', from);
  const data = undamaged(() => JSON.parse(file.toString('utf8', from, end < 0 ? from : end)) as PackedStacks);
  if (data.version !== DATA_VERSION) throw new Error(OTHER_VERSION);
  const { stacks } = data;
  return undamagedLines(
    foldedLines(
      data,
      undamaged(() => inflateSync(Buffer.from(stacks, 'base64'), { maxOutputLength: MOST_BYTES })),
    ),
  );
}

function undamaged<T>(read: () => T): T {
  try {
    return read();
  } catch {
    throw new Error(DAMAGED);
  }
}

function* undamagedLines(blocks: Generator<Buffer>): Generator<Buffer> {
  try {
    yield* blocks;
  } catch {
    throw new Error(DAMAGED);
  }
}

function* foldedLines({ unitLine, reversed, isPair }: PackedStacks, bytes: Uint8Array): Generator<Buffer> {
  const { names, falls, fresh, frames, counts, befores } = columnsOf(bytes);
  const texts = Buffer.from(names).toString('latin1').split('\n');
  const stack: string[] = [];
  // the same as numbers, below the caller of all
  const path = [0];
  let block = unitLine === undefined ? '' : `# unit: ${unitLine}\n`;
  while (!falls.isAtEnd) {
    const fallen = falls.next();
    stack.length -= fallen;
    path.length -= fallen;
    const more = fresh.next();
    if (stack.length + more > MOST_FRAMES) throw new RangeError('too deep');
    for (let left = more; left > 0; left--) {
      const number = frames.next(path[path.length - 1] as number);
      path.push(number);
      stack.push(texts[number - 1] as string);
    }
    const line = reversed ? stack.toReversed() : stack;
    block += `${line.join(';')} ${isPair ? `${befores.text()} ` : ''}${counts.text()}\n`;
    if (block.length < BLOCK) continue;
    yield Buffer.from(block, 'latin1');
    block = '';
  }
  if (block.length > 0) yield Buffer.from(block, 'latin1');
}
