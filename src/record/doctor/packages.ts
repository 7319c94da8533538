// Packages: which Debian package a file came with, as `dpkg-query -S` tells.

/** The names by which dpkg may know a file: /usr/lib and /lib are one folder today, but two to dpkg. */
export function packagePaths(paths: readonly string[]): string[] {
  return paths.flatMap((path) => [path, otherName(path)]);
}

// libc6:amd64, libc6-x32: /lib/x86_64-linux-gnu/libc.so.6
// └ package              └─ path
const OWNED = /^([^:,\s]+)(?::[^,\s]+)?(?:, [^:]+(?::\w+)?)*: (\/.*)$/gm;

/** Package by path; of a file that came with none there is no entry. */
export function ownersIn(answer: string, paths: readonly string[]): Map<string, string> {
  const known = new Map([...answer.matchAll(OWNED)].map(([, owner = '', path = '']) => [path, owner]));
  return new Map(
    paths.flatMap((path) => {
      const owner = known.get(path) ?? known.get(otherName(path));
      return owner === undefined ? [] : [[path, owner] as const];
    }),
  );
}

function otherName(path: string): string {
  return path.startsWith('/usr/') ? path.slice('/usr'.length) : `/usr${path}`;
}
