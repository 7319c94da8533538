// Runs shell commands with the built tools on PATH, in an environment that is the same on every machine.

import { spawn } from 'node:child_process';
import { closeSync, mkdtempSync, openSync, readdirSync, readFileSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';

export const ROOT = dirname(dirname(fileURLToPath(import.meta.url)));
export const TOOLS = readdirSync(join(ROOT, 'bin')).map((file) => basename(file, '.ts'));

const TIMEOUT_MS = 120_000;

/** A new temporary folder, removed when the test process ends. */
export function temporaryFolder(): string {
  const folder = mkdtempSync(join(tmpdir(), 'flamepipe-test-'));
  process.once('exit', () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

/** Each tool by its bare name, as an installation has it. */
const toolFolder = temporaryFolder();
for (const tool of TOOLS) symlinkSync(join(ROOT, 'dist', `${tool}.cjs`), join(toolFolder, tool));
process.setMaxListeners(0); // a listener each temporary folder

/** What the commands see; nothing else of this process's environment. A run adds TMPDIR, an empty folder of its own. */
export const ENVIRONMENT = {
  PATH: `${toolFolder}:${process.env.PATH}`,
  HOME: toolFolder,
  LC_ALL: 'C',
  TZ: 'UTC',
  NODE_DISABLE_COMPILE_CACHE: '1', // npm's would stay in /tmp
};

export interface Result {
  out: Buffer;
  err: Buffer;
  status: number;
}

/** Runs shell lines with bash, with empty stdin. Output goes to files, so `/dev/stderr` can be opened by name as on a terminal. */
export async function shell(line: string, cwd: string, environment: Record<string, string> = {}): Promise<Result> {
  const folder = mkdtempSync(join(tmpdir(), 'flamepipe-run-'));
  const out = openSync(join(folder, 'out'), 'a');
  const err = openSync(join(folder, 'err'), 'a');
  const TMPDIR = mkdtempSync(join(folder, 'tmp-'));
  try {
    const status = await new Promise<number>((resolve, reject) => {
      const child = spawn('bash', ['-c', line], {
        cwd,
        env: { ...ENVIRONMENT, TMPDIR, ...environment },
        stdio: ['ignore', out, err],
        timeout: TIMEOUT_MS,
      });
      child.on('error', reject);
      child.on('exit', (code, signal) =>
        signal === null ? resolve(code ?? 0) : reject(new Error(`${line}: ${signal}`)),
      );
    });
    return { out: readFileSync(join(folder, 'out')), err: readFileSync(join(folder, 'err')), status };
  } finally {
    closeSync(out);
    closeSync(err);
    rmSync(folder, { recursive: true, force: true });
  }
}

const SHOWN_LINES = 3;

/** How two texts differ, for a person: the first differing lines. Bytes are shown as latin1. Nothing where they are equal. */
export function difference(what: string, expected: Buffer, actual: Buffer): string | undefined {
  if (expected.equals(actual)) return undefined;
  const [wanted, got] = [linesOf(expected), linesOf(actual)];
  const at = got.findIndex((line, i) => line !== wanted[i]);
  const from = at < 0 ? got.length : at;
  const shown = [
    ...wanted.slice(from, from + SHOWN_LINES).map((line) => `  - ${line}`),
    ...got.slice(from, from + SHOWN_LINES).map((line) => `  + ${line}`),
  ];
  const sizes = `- expected ${wanted.length} lines, + got ${got.length}`;
  return `${what} differs from line ${from + 1} on (${sizes}):\n${shown.join('\n')}`;
}

function linesOf(bytes: Buffer): string[] {
  const lines = bytes.toString('latin1').split('\n').map(excerpt);
  const rest = lines.pop();
  return rest === '' ? lines : [...lines, `${rest} (no newline at the end)`];
}

function excerpt(line: string): string {
  const text = line.length > 300 ? `${line.slice(0, 300)}…` : line;
  return text.replace(/[^ -~…]/g, (c) => `\\x${c.charCodeAt(0).toString(16).padStart(2, '0')}`);
}
