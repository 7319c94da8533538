// /proc/PID/maps: which files a process has mapped as code.

// 55d0c000-55d0e000 r-xp 00002000 fd:01 1310 /usr/lib/x86_64-linux-gnu/libc.so.6
//                   └ x: code                └─ path
const CODE = /^[0-9a-f]+-[0-9a-f]+ ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/gm;

const DELETED = ' (deleted)';
/** Named memory without a file, as compilers at run time map it. */
const NO_FILE = /^\/(?:memfd:|dev\/|SYSV|anon_hugepage|\[)/;

/** Files mapped as code that were deleted or replaced since: other files lie at their paths now. */
export function replacedFiles(maps: string): string[] {
  const paths = [...maps.matchAll(CODE)].map(([, path = '']) => path);
  const deleted = paths.filter((path) => path.endsWith(DELETED) && !NO_FILE.test(path));
  return [...new Set(deleted)].map((path) => path.slice(0, -DELETED.length));
}

/**
 * The files mapped as code, each once, without deleted ones. The executable is mostly first, because it lies lowest.
 */
export function mappedFiles(maps: string): string[] {
  const paths = [...maps.matchAll(CODE)].map(([, path = '']) => path);
  return [...new Set(paths)].filter((path) => !path.endsWith(DELETED) && !path.startsWith('/memfd:'));
}
