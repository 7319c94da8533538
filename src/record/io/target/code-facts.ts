// Facts about a target's code, from /proc and its files: do DWARF or frame pointers unwind it?

import { basename } from 'node:path';
import { exportedSymbol, isGoProgram, keepsFramePointers } from '../../../symbols/elf.ts';
import { mappedFiles } from '../../../symbols/maps.ts';
import { perfMapPath } from '../../../symbols/perf-map.ts';
import { allKeep, type CodeFacts } from '../../call-graph.ts';
import { pathFromHere } from '../../target/container.ts';
import { isShell } from '../../target/launcher.ts';
import { bytesOf, linkOf, rootOf, sizeOf, textOf } from '../system/proc-files.ts';
import { processAt } from '../system/processes.ts';

/** node::Start(int, char**) */
const NODE_START = '_ZN4node5StartEiPPc';

/** A library of its own, as Debian builds Node. */
const LIBUV = /\/libuv\.so[\d.]*$/;
const PYTHON = /^python[\d.]*$/;
const LIBPYTHON = /\/libpython[\d.]+\.so[\d.]*$/;

export function codeFactsOf(pid: number): CodeFacts {
  const exe = `/proc/${pid}/exe`;
  const root = rootOf(pid);
  const seen = (path: string): string => pathFromHere(root, path);
  const paths = mappedFiles(textOf(`/proc/${pid}/maps`) ?? '');
  const ownPid = processAt(pid)?.nsPids.at(-1) ?? pid;
  const program = programFacts(exe, basename(linkOf(exe) ?? ''));
  const libuv = program.isNode ? paths.find((path) => LIBUV.test(path)) : undefined;
  const python = paths.find((path) => LIBPYTHON.test(path));
  const kept = paths.map((path) => keepsFramePointers(bytesOf(seen(path))));
  return {
    ...program,
    isJava: program.isJava || paths.some((path) => path.endsWith('/libjvm.so')),
    // a program that has just begun has mapped none of its libraries
    isBareNode: libuv === undefined ? program.isBareNode : keepsFramePointers(bytesOf(seen(libuv))) === false,
    isBarePython: python === undefined ? program.isBarePython : keepsFramePointers(bytesOf(seen(python))) === false,
    hasPerfMap: (sizeOf(`/proc/${pid}/root${perfMapPath(ownPid)}`) ?? 0) > 0,
    framePointers: allKeep(kept),
    isBare: program.isBare && !kept.includes(true),
  };
}

/** The same of a program that will be started. `tellsPerf`: will it tell perf what it compiles? */
export function codeFactsOfFile(path: string, tellsPerf: boolean): CodeFacts {
  return { ...programFacts(path, basename(path)), hasPerfMap: tellsPerf, framePointers: undefined };
}

function programFacts(
  path: string,
  name: string,
): Pick<CodeFacts, 'isGo' | 'isNode' | 'isBareNode' | 'isJava' | 'isBarePython' | 'isBare'> {
  const read = bytesOf(path);
  const isBare = keepsFramePointers(read) === false;
  const hasNode = exportedSymbol(read, NODE_START) !== undefined;
  const isNode = /^node(?:js)?$/.test(name) || hasNode;
  return {
    isGo: isGoProgram(read),
    isJava: name === 'java',
    isBarePython: PYTHON.test(name) && isBare,
    // a shell becomes another program
    isBare: isBare && !isShell(name),
    isNode,
    // a small program that loads Node and libuv, as Debian builds it
    isBareNode: isNode && !hasNode,
  };
}
