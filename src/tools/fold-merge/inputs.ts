// The inputs of fold-merge, each with the root frames that its stacks get.

import { UsageError } from '../../engine/errors.ts';

export interface Input {
  file: string;
  /** latin1 */
  roots: string[];
}

/** Lists the operands, then the labelled files; without any, stdin. Throws UsageError. */
export function inputsOf(operands: readonly string[], labels: readonly string[], byFile: boolean): Input[] {
  const files = operands.length + labels.length > 0 ? operands : ['-'];
  const rootsOf = (file: string): string[] => (byFile ? [frameOf(file === '-' ? '<stdin>' : file)] : []);
  return [...files.map((file) => ({ file, roots: rootsOf(file) })), ...labels.map(labelled)];
}

// eu;web1=hosts/a=b.folded
// └ NAME └ FILE
function labelled(text: string): Input {
  const [, name = '', file = ''] = /^([^=]+)=(.+)$/s.exec(text) ?? [];
  const roots = name.split(';');
  if (roots.includes('')) throw new UsageError(`--label takes NAME=FILE, not "${text}"`);
  return { file, roots: roots.map(frameOf) };
}

/** Makes a frame of a text of the command line. */
function frameOf(text: string): string {
  return Buffer.from(text.replaceAll(';', ':').replace(/[\0-\x1f\x7f]/g, '?')).toString('latin1');
}
