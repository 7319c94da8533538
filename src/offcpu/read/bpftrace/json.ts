// The output of `bpftrace -f json` → the text that bpftrace prints without it, so that one grammar reads both.
// JSON.parse would not do: equal keys come several times in one object, and a whole map is one line of any length.
//
// {"type": "map", "data": {"@offcpu": {"\n    __schedule+1560\n    schedule+35\n,\n    worker+62\n,tid 42 x": 598}}}
// 1                       2           3└─────────────────────────── member ──────────────────────────────────┘
// └─ depth

/** Between the parts of a key in JSON. In text it is `, `. */
export const JSON_SEPARATOR = ',';

/** Hears of what can't be used: what it is not, its line in the input, the text there (latin1). */
export type OnBadJson = (kind: string, line: number, text: string) => void;

const QUOTE = 34;
const BACKSLASH = 92;
const NEWLINE = 10;
const COMMA = 44;
const OPEN = 123;
const CLOSE = 125;
const OPEN_LIST = 91;
const CLOSE_LIST = 93;
/** The members of a map lie at this depth, their values deeper. */
const MEMBERS = 3;
/** Longer texts are no member of a map. */
const MAX_MEMBER = 1 << 24;

export class BpftraceJson {
  /** the line being read */
  line = 1;
  readonly #write: (text: string) => void;
  readonly #bad: OnBadJson;
  /** the present member so far, or the line outside of any document; latin1 */
  #read = '';
  #depth = 0;
  /** lists open within the member */
  #lists = 0;
  #inString = false;
  #escaped = false;
  #type = '';
  #map = '';
  #out = '';

  /** `write` takes whole lines of text, latin1. */
  constructor(write: (text: string) => void, bad: OnBadJson) {
    this.#write = write;
    this.#bad = bad;
  }

  /** Takes a block, cut anywhere. */
  write(block: Uint8Array): void {
    const bytes = Buffer.from(block.buffer, block.byteOffset, block.byteLength);
    let from = 0;
    for (let p = 0; p < bytes.length; p++) {
      const c = bytes[p] as number;
      if (this.#inString && c !== NEWLINE) {
        if (this.#escaped) this.#escaped = false;
        else if (c === BACKSLASH) this.#escaped = true;
        else if (c === QUOTE) this.#inString = false;
        continue;
      }
      if (this.#depth === 0 ? c !== NEWLINE && (c !== OPEN || p > from || this.#read !== '') : !isSyntax(c)) continue;
      if (c === QUOTE) {
        this.#inString = true;
        continue;
      }
      const splits = c === NEWLINE ? this.#depth === 0 || this.#inString : this.#splitsAt(c);
      if (splits) {
        this.#read += bytes.toString('latin1', from, p);
        from = p + 1;
        this.#split(c);
      }
      if (c === OPEN_LIST) this.#lists++;
      else if (c === CLOSE_LIST) this.#lists--;
      else if (this.#lists > 0) continue;
      else if (c === OPEN) this.#depth++;
      else if (c === CLOSE) this.#depth--;
      else if (c === NEWLINE) this.line++;
    }
    this.#read += bytes.toString('latin1', from);
    if (this.#read.length > MAX_MEMBER) this.#giveUp('not JSON of bpftrace');
    this.#flush();
  }

  end(): void {
    if (this.#depth > 0) this.#giveUp('cut off in the middle of the JSON');
    else if (this.#read !== '') this.#split(NEWLINE);
    this.#flush();
  }

  /** Does a member end here, or begin to hold others? Lists, and objects that are values, are left whole. */
  #splitsAt(c: number): boolean {
    if (this.#lists > 0) return false;
    if (c === OPEN) return this.#depth < MEMBERS;
    return (c === COMMA || c === CLOSE) && this.#depth <= MEMBERS;
  }

  #split(c: number): void {
    const text = this.#read;
    this.#read = '';
    if (c === NEWLINE) {
      if (this.#depth > 0) this.#giveUp('cut off in the middle of the JSON', text);
      else this.#line(text);
    } else if (c === OPEN) this.#opened(text);
    else if (/[^ \t\r]/.test(text)) this.#member(text);
  }

  #opened(text: string): void {
    if (this.#depth === 0) this.#type = '';
    if (this.#depth !== 2) return;
    this.#map = nameOf(text) ?? '';
    this.#line(''); // each document is a dump of its own
  }

  #member(text: string): void {
    const member = memberOf(text);
    if (!member) {
      this.#bad('not JSON of bpftrace', this.line, text);
      return;
    }
    const { name, value } = member;
    if (this.#depth === 1) {
      if (name === 'type') this.#type = String(value);
      // printf, time, cat, join
      else if (name === 'data' && typeof value === 'string') this.#said(value);
      else if (name === 'retcode' && value === -7) this.#line('Failed to map_update_elem: Argument list too long (-7)');
    } else if (this.#type === 'lost_events') {
      if (name === 'events') this.#line(`Lost ${value} events`);
    } else if (name.startsWith('@') && this.#depth === 2) this.#line(`${name}: ${valueText(value)}`);
    else if (this.#depth === MEMBERS) this.#line(`${this.#map}[${keyText(onceEscaped(name))}]: ${valueText(value)}`);
  }

  /** Passes on what the program printed, without lines that would look like those of a map. */
  #said(text: string): void {
    for (const line of text.split('\n')) if (line !== '' && !/^[@ \t]/.test(line)) this.#line(line);
  }

  #giveUp(kind: string, text = this.#read): void {
    this.#bad(kind, this.line, text);
    this.#read = '';
    this.#depth = 0;
    this.#lists = 0;
    this.#inString = false;
    this.#escaped = false;
  }

  #line(text: string): void {
    this.#out += `${text}\n`;
  }

  #flush(): void {
    if (this.#out === '') return;
    this.#write(this.#out);
    this.#out = '';
  }
}

function isSyntax(c: number): boolean {
  return (
    c === QUOTE || c === COMMA || c === OPEN || c === CLOSE || c === OPEN_LIST || c === CLOSE_LIST || c === NEWLINE
  );
}

//  "\n    __schedule+1560\n,tid 42 x": 598
//  └──────────── name ─────────────┘  └ value
const MEMBER = /^\s*"((?:[^"\\]|\\.)*)"\s*:\s*(.*?)\s*$/s;

type Json = string | number | boolean | null | Json[] | { [name: string]: Json };

function nameOf(text: string): string | undefined {
  const name = MEMBER.exec(text)?.[1];
  return name === undefined ? undefined : withoutEscapes(name);
}

function memberOf(text: string): { name: string; value: Json } | undefined {
  const [, escaped, value = ''] = MEMBER.exec(text) ?? [];
  const name = escaped === undefined ? undefined : withoutEscapes(escaped);
  if (name === undefined) return undefined;
  // most are plain numbers; they stay as they are, however large
  if (/^-?\d+$/.test(value)) return { name, value: value === '-7' ? -7 : value };
  const parsed = parsedJson(value);
  return parsed === undefined ? undefined : { name, value: parsed };
}

/** Undefined: the text has a wrong escape. */
function withoutEscapes(text: string): string | undefined {
  if (!text.includes('\\')) return text;
  const name = parsedJson(`"${text.replace(/[\x00-\x1f]/g, ' ')}"`);
  return typeof name === 'string' ? name : undefined;
}

/** bpftrace 0.23 escapes keys twice, so that a stack in them has no newline, but the letters of one. */
function onceEscaped(key: string): string {
  return key.includes('\n') || !key.includes('\\n') ? key : (withoutEscapes(key) ?? key);
}

function parsedJson(text: string): Json | undefined {
  try {
    return JSON.parse(text, (_, part) => (typeof part === 'string' ? repair(part) : part));
  } catch {
    return undefined;
  }
}

// "\uffffffc3\uffffffa9": bytes from 0x80 that bpftrace took for negative numbers
const BYTE = /\uffffff([0-9a-f]{2})/g;

/** As latin1 again: a character a byte. */
function repair(text: string): string {
  const bytes = text.replace(BYTE, (_, byte: string) => String.fromCharCode(Number.parseInt(byte, 16)));
  return bytes.replace(/[\u0100-\uffff]+/g, (wide) => Buffer.from(wide, 'utf8').toString('latin1'));
}

/** Frames on lines of their own, behind blanks, which bpftrace leaves out from 0.24 on. */
function keyText(key: string): string {
  const lines = key.split('\n');
  for (let i = 1; i < lines.length - 1; i++) {
    const line = lines[i] as string;
    if (!line.startsWith(',') && !/^[ \t]/.test(line)) lines[i] = `    ${line}`;
  }
  return lines.join('\n');
}

function valueText(value: Json): string {
  if (Array.isArray(value)) {
    // of a histogram: {"min": 8192, "max": 16383, "count": 255}
    if (value.some((part) => typeof part === 'object' && part !== null && !Array.isArray(part))) return '';
    return `(${value.map((part) => keyText(valueText(part))).join(', ')})`;
  }
  // a stack begins with a newline; in other strings it would end the line
  if (typeof value === 'string') return value.startsWith('\n') ? value : value.replaceAll('\n', ' ');
  if (typeof value !== 'object' || value === null) return String(value);
  const { count, average, total } = value;
  return count === undefined ? '' : `count ${count}, average ${average}, total ${total}`;
}
