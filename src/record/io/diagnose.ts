// flame-record doctor: probes the machine and a target, and says what is missing. Changes nothing.

import { Status } from '../../cli/report.ts';
import type { World } from '../../cli/run.ts';
import { debugFileOf } from '../../symbols/elf/debug-file.ts';
import { elfFacts } from '../../symbols/elf.ts';
import { mappedFiles, replacedFiles } from '../../symbols/maps.ts';
import { type Finding, findingLines, machineFindings, typedBy } from '../doctor/doctor.ts';
import { type ObjectFacts, objectTable, targetFindings } from '../doctor/doctor-target.ts';
import { ownersIn, packagePaths } from '../doctor/packages.ts';
import { pathFromHere } from '../target/container.ts';
import type { TargetLanguage } from '../target/language.ts';
import type { Process } from '../target/proc-pid.ts';
import { machineFacts, sudoSelfHere } from './system/machine.ts';
import { bytesOf, linkOf, rootOf, textOf } from './system/proc-files.ts';
import { answerOf } from './system/run-sync.ts';
import { type Choice, findTargets } from './target/find-target.ts';
import { languagesOf } from './target/program-facts.ts';

/** Gives the exit status: 0: it found no fault; 1: it found some. */
export async function diagnose(choice: Choice, isSudo: boolean, { output }: World): Promise<number> {
  const { pids, pattern, container, postgres } = choice;
  const isAsked = pids.length > 0 || (pattern ?? container ?? postgres) !== undefined;
  const facts = machineFacts(isSudo);
  const machine = machineFindings(facts);
  const targets = isAsked ? findTargets(choice, true).map((target) => examined(target, facts.uid)) : [];
  const texts = [findingLines(machine), ...targets.map(({ findings, table }) => `\n${findingLines(findings)}${table}`)];
  await output([Buffer.from(texts.join(''), 'latin1')]);
  const all = [...machine, ...targets.flatMap(({ findings }) => findings)];
  return all.some(({ level }) => level === 'fault') ? Status.skipped : Status.ok;
}

/** As the user `uid` would mend it. */
function examined({ pid, command }: Process, uid: number): { findings: Finding[]; table: string } {
  const { root, isForeignNamespace } = rootOf(pid);
  const seen = (path: string): string => pathFromHere({ pid, root, isForeignNamespace }, path);
  const maps = textOf(`/proc/${pid}/maps`) ?? '';
  const paths = mappedFiles(maps);
  const replaced = replacedFiles(maps);
  const main = linkOf(`/proc/${pid}/exe`);
  const owners = root === '/' && !isForeignNamespace ? ownersOf(paths) : undefined;
  const objects = paths.map((path, i): ObjectFacts => {
    const elf = elfFacts(bytesOf(seen(path)));
    const debugFile = elf?.buildId === undefined ? undefined : debugFileOf(elf.buildId);
    const hasDebugFile = debugFile !== undefined && bytesOf(debugFile)(0, 1).length > 0;
    const isMain = main !== undefined && paths.includes(main) ? path === main : i === 0;
    return { path, isMain, elf, hasDebugFile, owner: owners && (owners.get(path) ?? '') };
  });
  const [language] = languagesOf([pid], { isRecording: true }) as [TargetLanguage];
  const mayRead = maps !== '';
  const where = { pid, command, root, isForeignNamespace, mayRead, sudoSelf: sudoSelfHere() };
  const findings = targetFindings({ ...where, objects, replaced, language }).map((one) => typedBy(uid, one));
  return { findings, table: objectTable(objects) };
}

/** Which Debian package each file came with; undefined: this is no Debian. */
function ownersOf(paths: readonly string[]): Map<string, string> | undefined {
  if (paths.length === 0) return new Map();
  const answer = answerOf(['dpkg-query', '-S', '--', ...packagePaths(paths)]);
  return answer && ownersIn(answer.out, paths);
}
