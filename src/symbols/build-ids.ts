// The builds of the files that a recording has seen, as `perf buildid-list` prints them.

/** The file of them in a run of flame-record, beside the maps of its processes. */
export const BUILD_IDS_FILE = 'buildids';

// 85dd45fc5b46fb1b1f5cc7bb4d5f9cf7b9d2c1aa /usr/lib/x86_64-linux-gnu/libc.so.6
const BUILD_ID = /^([0-9a-f]{8,64}) +(\S.*)$/gm;

/** Build-ids by path, from such a text (latin1). Other lines are no matter. */
export function readBuildIds(text: string): Map<string, string> {
  return new Map(Array.from(text.matchAll(BUILD_ID), ([, id = '', path = '']) => [path, id]));
}

export function buildIdsText(ids: ReadonlyMap<string, string>): string {
  return Array.from(ids, ([path, id]) => `${id} ${path}\n`).join('');
}
