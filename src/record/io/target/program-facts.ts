// Facts about a target's program, from /proc and its files, which tell its language.

import { elfFacts } from '../../../symbols/elf.ts';
import { mappedFiles } from '../../../symbols/maps.ts';
import { pathFromHere } from '../../target/container.ts';
import { languageOf, type ProgramFacts, type TargetLanguage } from '../../target/language.ts';
import { extensionsIn, fileName } from '../../target/own-code.ts';
import { bytesOf, linkOf, rootOf, textOf } from '../system/proc-files.ts';
import { codeFactsOf } from './code-facts.ts';
import { askForNames } from './java-names.ts';

/** `isRecording`: will flame-record ask a Java virtual machine for names? */
export function languagesOf(pids: readonly number[], { isRecording = false } = {}): TargetLanguage[] {
  return pids.map((pid) => languageOf({ ...factsOf(pid), isAsked: isRecording && askForNames(pid) !== undefined }));
}

function factsOf(pid: number): Omit<ProgramFacts, 'isAsked'> {
  const executable = linkOf(`/proc/${pid}/exe`) ?? '';
  // first, because it may end while its files are read
  const words = (textOf(`/proc/${pid}/cmdline`) ?? '').split('\0');
  const environment = variablesIn(textOf(`/proc/${pid}/environ`) ?? '');
  const mapped = mappedFiles(textOf(`/proc/${pid}/maps`) ?? '');
  const seen = (path: string): string => pathFromHere(rootOf(pid), path);
  // users of a server can build its extension anew, but hardly the server
  const [extension] = extensionsIn(new Set([fileName(executable)]), mapped);
  const elf = elfFacts(bytesOf(extension === undefined ? `/proc/${pid}/exe` : seen(extension)));
  const { isGo, isNode, isBareNode, isBarePython, hasPerfMap } = codeFactsOf(pid);
  return {
    executable,
    arguments: words,
    environment,
    ...{
      mapped,
      isGo,
      isNode,
      hasPerfMap,
      isRust: elf?.isRust === true,
      framePointers: isBarePython || isBareNode ? false : elf?.framePointers,
    },
  };
}

function variablesIn(environ: string): Record<string, string> {
  const pairs = environ.split('\0').map((line): [string, string] => {
    const at = line.indexOf('=');
    return [line.slice(0, at), line.slice(at + 1)];
  });
  return Object.fromEntries(pairs);
}
