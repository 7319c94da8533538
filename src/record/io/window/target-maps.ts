// What the targets have mapped while they live. The run's folder keeps it, so that frames and locks get names
// afterwards.

import {
  constants,
  copyFileSync,
  linkSync,
  lstatSync,
  mkdirSync,
  renameSync,
  rmSync,
  statSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { OpenFiles } from '../../../cli/open-files.ts';
import type { NameLock } from '../../../offcpu/table/particular-names.ts';
import { withoutDeleted } from '../../../stacks/frame-name.ts';
import { buildIdsText, readBuildIds } from '../../../symbols/build-ids.ts';
import { DataNames } from '../../../symbols/data-names.ts';
import type { ReadBytes } from '../../../symbols/elf/section-data.ts';
import { buildIdOf } from '../../../symbols/elf.ts';
import { Mappings } from '../../../symbols/mappings.ts';
import { PerfMap, perfMapPath } from '../../../symbols/perf-map.ts';
import type { Symbolizer } from '../../../symbols/symbolizer.ts';
import { artifactIn, mapsFile, objectFile, perfMapFile, pidOfMaps } from '../../artifacts.ts';
import type { Process } from '../../target/proc-pid.ts';
import { linkOf, namesIn, rootOf, textOf } from '../system/proc-files.ts';
import { processAt } from '../system/processes.ts';

/** What gives names to frames and locks. */
export interface TargetNames {
  symbolizer: Symbolizer;
  mappings: Mappings;
  nameLock: NameLock;
}

// 7f20-7f30 r-xp 00000000 fd:01 3       /tmp/old.so (deleted)
// └ range   └ x: code                   └ path
const CODE = /^([0-9a-f]+-[0-9a-f]+) ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/;

const SETUID_OR_SETGID = 0o6000;
/** With each build that is recorded, larger ones would fill the disk. */
const MOST_BYTES = 256 << 20;

export class TargetMaps {
  readonly #folder: string;
  readonly #isFollowed: boolean;
  readonly #files: OpenFiles;
  readonly #isElsewhere: boolean;
  /** do targets that live see other files than we do? */
  readonly isContained: boolean;
  readonly #symfs: string;
  /** by pid: the lines of the first look, then those of code that was mapped since */
  readonly #lines = new Map<number, Set<string>>();
  /** files that may vanish with the targets, by path */
  readonly #kept = new Map<string, ReadBytes | undefined>();
  /** of the files that the targets had mapped, by path: they may be built anew before they name anything */
  #buildIds = new Map<string, string>();
  readonly #identified = new Set<string>();
  /** those of them that were gone while a target had them mapped */
  readonly #deleted = new Set<string>();
  #names: Promise<TargetNames> | undefined;

  /**
   * Files lie below `symfs`, or else where the targets see them: a container has a root of its own. `isFollowed`:
   * children of the targets have maps of their own, too.
   */
  constructor(folder: string, targets: readonly Process[], symfs: string | undefined, isFollowed = false) {
    const contained = targets.find(({ pid }) => rootOf(pid).isForeignNamespace);
    this.#folder = folder;
    this.#isFollowed = isFollowed;
    this.#isElsewhere = symfs !== undefined;
    this.isContained = contained !== undefined;
    this.#symfs = symfs ?? '';
    this.#files = new OpenFiles(symfs ?? (contained && `/proc/${contained.pid}/root`));
  }

  /** The maps that a run has kept. Its targets may have ended since. */
  static ofRun(
    folder: string,
    targets: readonly Process[],
    symfs: string | undefined,
    isFollowed: boolean,
  ): TargetMaps {
    const maps = new TargetMaps(folder, targets, symfs, isFollowed);
    for (const pid of namesIn(folder).flatMap((name) => pidOfMaps(name) ?? [])) {
      const text = textOf(mapsFile(folder, pid)) ?? '';
      if (text !== '') maps.#lines.set(pid, new Set(text.trimEnd().split('\n')));
    }
    maps.#buildIds = readBuildIds(textOf(artifactIn(folder, 'buildIds')) ?? '');
    return maps;
  }

  /** Reads the targets' maps, and opens files that nobody would find any more when the targets have ended. */
  look(targets: readonly Process[]): void {
    for (const { pid } of targets) {
      const text = textOf(`/proc/${pid}/maps`) ?? '';
      if (text === '') continue;
      const known = this.#lines.get(pid);
      const lines = known ?? new Set<string>();
      const size = lines.size;
      for (const line of text.trimEnd().split('\n')) if (!known || CODE.test(line)) lines.add(line);
      if (lines.size === size) continue;
      this.#lines.set(pid, lines);
      writeFileSync(mapsFile(this.#folder, pid), Buffer.from(`${[...lines].join('\n')}\n`, 'latin1'));
      if (!this.#isElsewhere) this.#keep(pid, lines);
      this.#identify(pid, lines);
    }
  }

  #identify(pid: number, lines: Iterable<string>): void {
    const size = this.#buildIds.size;
    for (const { range, path, file } of codeIn(lines)) {
      if (this.#identified.has(file)) continue;
      this.#identified.add(file);
      const files = new OpenFiles();
      const read = files.open(mappedFile(pid, { range, path })) ?? files.open(`/proc/${pid}/root${file}`);
      const id = read && buildIdOf(read);
      files.close();
      if (id === undefined) continue;
      this.#buildIds.set(file, id);
      if (path !== file) this.#deleted.add(file);
      if (this.#isElsewhere) continue;
      if (path !== file) this.#take(id, (to) => copyPlain(mappedFile(pid, { range, path }), to));
      else if (!rootOf(pid).isForeignNamespace) this.#take(id, (to) => linkSync(Buffer.from(file, 'latin1'), to));
    }
    if (this.#buildIds.size === size) return;
    writeFileSync(artifactIn(this.#folder, 'buildIds'), Buffer.from(buildIdsText(this.#buildIds), 'latin1'));
  }

  /**
   * Takes a file into the run's folder, where it outlives a new build. Whose folders a path leads through may put anything
   * there, so what is no plain file of that build goes away again.
   */
  #take(id: string, make: (to: string) => void): void {
    const [part, object] = [join(this.#folder, '.object'), objectFile(this.#folder, id)];
    try {
      make(part);
    } catch {
      return; // on another disk, not ours, or gone
    }
    if (isPlain(part) && isBuild(part, id)) {
      mkdirSync(dirname(object), { recursive: true });
      renameSync(part, object);
    }
    rmSync(part, { force: true });
  }

  /** The build of a file that was gone while a target had it mapped, by its path, latin1; undefined: not known. */
  deletedBuild(path: string): string | undefined {
    return this.#deleted.has(path) ? this.#buildIds.get(path) : undefined;
  }

  /** Has the run's folder the file that the targets had mapped? `path` is latin1. */
  hasKept(path: string): boolean {
    return this.#object(path) !== undefined;
  }

  /** The file in the run's folder; undefined: it is not there. */
  #object(path: string): string | undefined {
    const id = this.#buildIds.get(path);
    const object = id === undefined ? undefined : objectFile(this.#folder, id);
    return object !== undefined && isPlain(object) ? object : undefined;
  }

  /** Reads the file that the targets had mapped, or what stands in its place. */
  #open(path: string): ReadBytes | undefined {
    const object = this.#object(path);
    const inRun = object === undefined ? undefined : new OpenFiles().open(object);
    return this.#kept.get(path) ?? inRun ?? this.#files.open(path);
  }

  #keep(pid: number, lines: Iterable<string>): void {
    const { isForeignNamespace } = rootOf(pid);
    for (const { range, path, file } of codeIn(lines)) {
      if (this.#kept.has(file) || !(isForeignNamespace || file !== path)) continue;
      this.#kept.set(file, new OpenFiles().open(mappedFile(pid, { range, path })) ?? this.#files.open(file));
    }
  }

  /** Paths of files that are of another build than the targets had mapped, or gone, and whose old build is gone, too. */
  otherBuilds(): string[] {
    return this.#unlike((path) => this.#open(path));
  }

  /** The files that the run has kept, and of which another build stands in their places now, or none: by path, latin1. */
  oldBuilds(): Map<string, string> {
    const paths = this.#unlike((path) => this.#files.open(path));
    return new Map(
      paths.flatMap((path) => {
        const object = this.#object(path);
        return object === undefined ? [] : [[path, object]];
      }),
    );
  }

  #unlike(open: (path: string) => ReadBytes | undefined): string[] {
    return [...this.#buildIds].flatMap(([path, id]) => {
      const read = open(path);
      return read && buildIdOf(read) === id ? [] : [path];
    });
  }

  /** Copies what their compilers have made so far: the file may go with the target, or be another process's tomorrow. */
  keepCompiled(): void {
    for (const pid of this.#lines.keys()) {
      const text = this.#compiledBy(pid);
      if (text) writeFileSync(perfMapFile(this.#folder, pid), Buffer.from(text, 'latin1'));
    }
  }

  /** The same object for all callers, so that all tell names of several files apart in the same way. */
  names(): Promise<TargetNames> {
    this.#names ??= this.#namesOf();
    return this.#names;
  }

  /** The map of code compiled at run time: where perf finds it, or, while the target lives, where the target put it. */
  #compiledBy(pid: number): string | undefined {
    const inside = `/proc/${pid}/root${perfMapPath(processAt(pid)?.nsPids.at(-1) ?? pid)}`;
    return textOf(`${this.#symfs}${perfMapPath(pid)}`) ?? (this.#isElsewhere ? undefined : textOf(inside));
  }

  #perfMapOf(pid: number): PerfMap | undefined {
    const text = textOf(perfMapFile(this.#folder, pid)) ?? this.#compiledBy(pid);
    return text ? new PerfMap(perfMapPath(pid), text) : undefined;
  }

  async #namesOf(): Promise<TargetNames> {
    const { Symbolizer } = await import('../../../symbols/symbolizer.ts');
    const symbolizer = new Symbolizer((path) => this.#open(path), this.#buildIds);
    const data = new DataNames((path) => symbolizer.object(path));
    const mappings = new Mappings({ knowsAll: this.#isFollowed });
    for (const [pid, lines] of this.#lines) {
      const text = [...lines].join('\n');
      data.addMaps(pid, text);
      mappings.addMaps(pid, text);
      const compiled = this.#perfMapOf(pid);
      if (compiled) mappings.addCompiled(pid, compiled);
    }
    return { symbolizer, mappings, nameLock: (address, pid) => data.at(address, pid) };
  }
}

/** Is that a file which may lie in a folder that somebody shares? */
function isPlain(path: string, found = lstatSync(path, { throwIfNoEntry: false })): boolean {
  return found?.isFile() === true && (found.mode & SETUID_OR_SETGID) === 0 && found.size <= MOST_BYTES;
}

function copyPlain(from: string, to: string): void {
  if (isPlain(from, statSync(from))) copyFileSync(from, to, constants.COPYFILE_FICLONE);
}

function isBuild(path: string, id: string): boolean {
  const files = new OpenFiles();
  const read = files.open(path);
  const isSame = read !== undefined && buildIdOf(read) === id;
  files.close();
  return isSame;
}

/** Where /proc has a file that is mapped. An ordinary user may open only the executable there. */
function mappedFile(pid: number, { range, path }: { range: string; path: string }): string {
  const exe = `/proc/${pid}/exe`;
  return linkOf(exe) === path ? exe : `/proc/${pid}/map_files/${range}`;
}

/** The mapped code among lines of maps; `file` is its path while it was there. */
function* codeIn(lines: Iterable<string>): Generator<{ range: string; path: string; file: string }> {
  for (const line of lines) {
    const [, range = '', path = ''] = CODE.exec(line) ?? [];
    if (path !== '') yield { range, path, file: withoutDeleted(path) };
  }
}
