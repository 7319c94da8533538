// The name that is read, and the readable text that is written. Both have an end: whatever would pass it is refused.

const LONGEST: u32 = 4096;
const MOST_OUTPUT: u32 = 16384;
const input = memory.data(4096 + 8);
const output = memory.data(16384 + 8);

/** Where the name begins, and where it ends; a byte of 0 is there. */
export const start: usize = input;
export let end: usize = 0;
/** Where the next readable character goes. */
let to: usize = 0;
/** Was there no room? */
export let isFull: bool = false;

/** Where the host writes a name of at most longest() bytes. */
export function inputAt(): usize {
  return input;
}
export function longest(): u32 {
  return LONGEST;
}
export function outputAt(): usize {
  return output;
}
export function written(): u32 {
  return <u32>(to - output);
}

export function begin(size: u32): void {
  end = input + size;
  store<u8>(end, 0);
  to = output;
  isFull = false;
}

@inline
export function put(c: u32): void {
  if (to - output >= MOST_OUTPUT) isFull = true;
  else store<u8>(to++, c);
}

/** Up to four characters as one number, the first one in its lowest byte. */
export function putAll(characters: u32): void {
  for (let rest = characters; rest != 0; rest >>>= 8) put(rest & 0xff);
}

export function putBytes(from: usize, size: u32): void {
  if (to - output + size > MOST_OUTPUT) {
    isFull = true;
    return;
  }
  memory.copy(to, from, size);
  to += size;
}

@inline
export function isDigit(c: u32): bool {
  return c - 48 < 10;
}

/** -1: it is none in lower case */
export function hexDigit(c: u32): i32 {
  if (isDigit(c)) return c - 48;
  return c - 97 < 6 ? c - 87 : -1;
}

/** Does it stand in identifiers? */
@inline
export function isNameCharacter(c: u32): bool {
  return c == 95 || isDigit(c) || (c | 32) - 97 < 26;
}
