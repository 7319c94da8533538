// /proc/PID/maps: which files a process has mapped as code.

// 55d0c000-55d0e000 r-xp 00002000 fd:01 1310 /usr/lib/x86_64-linux-gnu/libc.so.6
//                   └ x: code                └─ path
const CODE = /^[0-9a-f]+-[0-9a-f]+ ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/gm;

const DELETED = ' (deleted)';
/** Memory of its own that has a name, as compilers at run time map it: it was never a file to be read. */
const NO_FILE = /^\/(?:memfd:|dev\/|SYSV|anon_hugepage|\[)/;

/** Files mapped as code that were deleted or replaced since: what lies at their paths now is not what runs. */
export function replacedFiles(maps: string): string[] {
  const paths = [...maps.matchAll(CODE)].map(([, path = '']) => path);
  const deleted = paths.filter((path) => path.endsWith(DELETED) && !NO_FILE.test(path));
  return [...new Set(deleted)].map((path) => path.slice(0, -DELETED.length));
}

/** The executable first, as the loader maps it lowest in most layouts; each once. Deleted files are left out. */
export function mappedFiles(maps: string): string[] {
  const paths = [...maps.matchAll(CODE)].map(([, path = '']) => path);
  return [...new Set(paths)].filter((path) => !path.endsWith(DELETED) && !path.startsWith('/memfd:'));
}
