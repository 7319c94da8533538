// /proc/PID/maps: which files a process has mapped as code.

// 55d0c000-55d0e000 r-xp 00002000 fd:01 1310 /usr/lib/x86_64-linux-gnu/libc.so.6
//                   └ x: code                └─ path
const CODE = /^[0-9a-f]+-[0-9a-f]+ ..x. [0-9a-f]+ [0-9a-f]+:[0-9a-f]+ \d+ +(\/.*)$/gm;

/** The executable first, as the loader maps it lowest in most layouts; each once. Deleted files are left out. */
export function mappedFiles(maps: string): string[] {
  const paths = [...maps.matchAll(CODE)].map(([, path = '']) => path);
  return [...new Set(paths)].filter((path) => !path.endsWith(' (deleted)') && !path.startsWith('/memfd:'));
}
