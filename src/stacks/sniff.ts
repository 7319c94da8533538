// What kind of data is this? Only messages use it: a reader that finds nothing says what it got instead.

import { FOREIGN_TO_DO, foreignTextOf } from './foreign-texts.ts';
import { isMetadata } from './metadata.ts';

export type InputKind = keyof typeof WHAT_TO_DO;

/** What it is, and what to do with it, as the end of a message. */
export const WHAT_TO_DO = {
  ...FOREIGN_TO_DO,
  'perf.data': 'this is perf.data; pipe `perf script -i FILE` in',
  'perf script': undefined,
  folded: 'this is folded already; pipe it into flame-svg',
  bpftrace: "this is bpftrace's output; use offcpu-fold or offcpu-classify",
  'perf report': 'this is the text of perf report; pipe `perf script` in',
  'perf stat':
    'this is the text of perf stat, which holds no stacks; record with perf record -g, pipe `perf script` in',
  'perf script -D': 'this is a raw dump of perf script -D; leave -D out',
  'UTF-16': 'this is UTF-16 text; convert it first: iconv -f UTF-16 -t UTF-8',
  offwaketime: 'this is the text of offwaketime or wakeuptime; record with -f, which prints folded stacks',
  reasons: 'this is a result of offcpu-classify --json; give it to offcpu-classify --baseline',
  svg: 'this is XML, SVG or HTML',
  JSON: 'this is JSON of no kind that the tools read',
  pprof: 'this is a profile of pprof; use pprof-fold',
  JFR: 'this is a recording of Java Flight Recorder; convert it first: jfrconv -o collapsed',
  program: 'this is a program or a core dump, not what a profiler recorded of it',
  compressed: 'this is compressed; unpack it first: only gzip and zstd are read as they are',
  binary: 'this is binary data',
  empty: 'the input is empty; did the command before the pipe fail?',
  text: undefined,
} as const;

/** The same of a picture, for who reads folded text. */
export const WHAT_TO_DO_WITH_SVG = `${WHAT_TO_DO.svg}; give the folded text that it was made from`;

/** What is certain from the first bytes on: no line of it is worth a look. */
export function isCertain(kind: InputKind): boolean {
  return kind in FOREIGN_TO_DO || CERTAIN.has(kind);
}

const CERTAIN: ReadonlySet<InputKind> = new Set<InputKind>([
  ...(['perf.data', 'perf stat', 'perf report', 'perf script -D', 'UTF-16'] as const),
  ...(['compressed', 'pprof', 'JFR', 'program'] as const),
]);

/** Enough of the input to tell: its first bytes. */
export const SNIFFED_BYTES = 4096;

// xz, bzip2, lz4, zip; gzip and zstd come here unpacked, unless they were packed twice
const PACKED = /^(?:\xfd7zXZ|PK\x03\x04|BZh[1-9]1AY|\x04\x22\x4d\x18|\x1f\x8b|\x28\xb5\x2f\xfd)/;

const HASH = 35;
const NEWLINE = 10;

const PROGRAM = /^\x7fELF/;
// sample_type: { type: 1, unit: 2 }
const PPROF = /^\x0a\x04\x08[\0-\x7f]\x10[\0-\x7f][\x0a\x12]/;

//0x1e8 [0x28]: event: 79
//0 39371250354000 0x5e8 [0x28]: PERF_RECORD_SAMPLE(IP, 0x2): …
const RAW_DUMP = /^(?:\d+ )*0(?:x[0-9a-f]+)? \[(?:0x)?[0-9a-f]+\]: (?!failed to process)|^\. \.\.\. raw event: size /m;
//Performance counter stats for './app':
//#           time             counts unit events         -I
//124.55,msec,task-clock,124550000,100.00,…               -x,
//{"counter-value" : "124.55", "unit" : "msec", …         -j
const STATISTICS =
  /^(?:#.*\n|\s)*(?:Performance counter stats for |\{"(?:interval" : [\d.]+, "|\w+" : "[^"]*", ")*counter-value" : |[\d.<][^,;\n]*([,;])[\w/]*\1[\w:/=.-]+\1\d+\1\d+\.\d\d\1)|^#\s+time\s+counts unit events$/m;

//# Samples: 12K of event 'cycles'
//# Overhead  Command  Shared Object  Symbol          # Overhead,Command,Symbol        #      Samples  Symbol
//#      pid      tid     ppid  comm                              --tasks, --mmaps
//     5.00%  app  libc.so.6  [.] work               5.00% main;work      [.] work  12      Aggregated stats:
const REPORT =
  /^# Samples: [\d.]+[KMG]? +of events? |^#\s+(?:Overhead|Children|Samples)\b *[ ,;|\t]|^\s*\d+\.\d+% +(?:\S+;|.*\[[.kgu]\] )|^\d+\.\d+% \S|^ +\[[.kgu]\] \S|^Aggregated stats:$|^# +pid +tid +ppid +comm$/m;

const DUMP = /^Attach(?:ing|ed) \d+ probe|^@\w*\[|^@\w*: |^\{"type": ?"/m;
const SCRIPT = / \d+\.\d{6}(?:\d{3})?: +(?:(?:\d+ +)?[^ ]+:(?: |$)|PERF_RECORD_)/m;

/** Longer headers are none that a program writes. */
const MOST_COMMENTS = 1 << 20;

/** Do these first bytes of an input tell what sniff() can? */
export function isEnough(start: Uint8Array): boolean {
  if (start.length < SNIFFED_BYTES) return false;
  return start.length >= Math.min(commentsBefore(start) + SNIFFED_BYTES, MOST_COMMENTS);
}

/**
 * Does text of `perf script` begin with a sample, in one line or in several? Its line may end in a number, as folded ones
 * do, which have a `;` in most places where hostile names look like a sample.
 */
export function beginsWithSample(start: Uint8Array): boolean {
  const text = Buffer.from(start.subarray(0, SNIFFED_BYTES)).toString('latin1');
  const [line = ''] = text.split('\n', 1);
  return !line.includes(';') && SCRIPT.test(line);
}

/** The kind of data that begins with these bytes. It looks at SNIFFED_BYTES of them, or of those behind comments. */
export function sniff(start: Uint8Array): InputKind {
  if (start.length === 0) return 'empty';
  const kind = kindOf(start);
  // perf script --header has lines for each CPU
  const text = kind === 'text' ? commentsBefore(start) : 0;
  return text > 0 && text < start.length ? kindOf(start.subarray(text)) : kind;
}

/** Where the first line begins that is no comment. */
function commentsBefore(start: Uint8Array): number {
  let at = 0;
  while (start[at] === HASH) {
    const end = start.indexOf(NEWLINE, at);
    if (end < 0) return start.length;
    at = end + 1;
  }
  return at;
}

function kindOf(start: Uint8Array): InputKind {
  const text = Buffer.from(start.subarray(0, SNIFFED_BYTES)).toString('latin1');
  if (/^(?:PERFILE2|2ELIFREP|PERFFILE)/.test(text)) return 'perf.data';
  if (PACKED.test(text)) return 'compressed';
  if (PROGRAM.test(text)) return 'program';
  if (PPROF.test(text)) return 'pprof';
  if (text.startsWith('FLR\0')) return 'JFR';
  if (/^\s*<(?:\?xml|svg|html|!DOCTYPE)/i.test(text)) return 'svg';
  if (/^(?:\xff\xfe|\xfe\xff)|^(?:[ -~\n\r\t]\0){4}|^(?:\0[ -~\n\r\t]){4}/.test(text)) return 'UTF-16';
  if (RAW_DUMP.test(text)) return 'perf script -D';
  if (STATISTICS.test(text)) return 'perf stat';
  // few names hold a NUL: those of hostile programs
  if (text.includes('\0')) return isFolded(text) ? 'folded' : 'binary';
  if (/^\s*\{\s*"format": "flamepipe off-CPU reasons"/.test(text)) return 'reasons';
  if (/^ {4}waker: {11}/m.test(text)) return 'offwaketime';
  // hostile comms look like the other's lines: the first line that is one decides
  const script = text.search(SCRIPT);
  const dump = text.search(DUMP);
  const isScript = script >= 0 && (dump < 0 || text.lastIndexOf('\n', script) < dump);
  if (dump >= 0 && !isScript) return 'bpftrace';
  const foreign = foreignTextOf(text, isScript);
  if (foreign !== undefined) return foreign;
  if (isScript) return 'perf script';
  if (REPORT.test(text)) return 'perf report';
  if (isFolded(text)) return 'folded';
  return /^\s*(?:\{|\[\s*\{)\s*"/.test(text) ? 'JSON' : 'text';
}

//app;main;work;…       without an end, and no JSON
const DEEP_STACK = /^[^\s{[<"';][^\0\n]*;[^\s;][^\0\n]*;[^\s;]/;

/** Most whole lines are `frame;frame COUNT`; those of single frames, which other texts have too, decide nothing. */
function isFolded(text: string): boolean {
  const lines = text.split('\n').filter((line) => !isMetadata(line));
  const last = lines.pop() ?? '';
  // whatever follows, a first stack that is deeper than this: no other text begins so
  if (lines.length === 0 && text.length === SNIFFED_BYTES) return DEEP_STACK.test(last);
  if (lines.length === 0) lines.push(last);
  const folded = lines.filter((line) => /^\S[^\0]*;[^\0]*[ \t]\d+(?:\.\d+)?[ \t\r]*$/.test(line)).length;
  const single = lines.filter((line) => /^[^\s;][^;]* \d+\r?$/.test(line)).length;
  return folded > 0 && folded * 2 > lines.length - Math.min(single, folded * 9);
}
