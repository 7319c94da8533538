// The licences of the packages whose code is in the bundles, as one text to ship beside them.

import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';

interface Manifest {
  name: string;
  version: string;
  license?: string;
}

// esbuild can't see their code, which is in the bundles as wasm.
const COMPILED_IN = ['node_modules/assemblyscript', 'node_modules/gecko-profiler-demangle'];

/** Takes the files of all bundles, as esbuild's metafile names them. Throws where a package ships no licence. */
export function thirdPartyLicenses(bundled: Iterable<string>): string {
  const packages = new Set(COMPILED_IN);
  for (const file of bundled) {
    const found = packageOf(file);
    if (found !== undefined) packages.add(found);
  }
  const parts = [...packages].sort().map(describe);
  return `The programs of flamepipe contain code of these packages.\n\n${parts.join('\n')}`;
}

/** node_modules/a/node_modules/@b/c/lib/x.js → node_modules/a/node_modules/@b/c */
function packageOf(file: string): string | undefined {
  return /^(?:.*\/)?node_modules\/(?:@[^/]+\/)?[^/]+/.exec(file)?.[0];
}

function describe(folder: string): string {
  const manifest = JSON.parse(readFileSync(join(folder, 'package.json'), 'utf8')) as Manifest;
  const files = readdirSync(folder).filter((file) => /^(?:licen[cs]e|copying|notice)/i.test(file));
  if (files.length === 0) throw new Error(`${folder}: no licence file`);
  const texts = files.sort().map((file) => readFileSync(join(folder, file), 'utf8').trim());
  const title = `${manifest.name} ${manifest.version} (${manifest.license ?? 'licence below'})`;
  return `${title}\n${'-'.repeat(title.length)}\n\n${texts.join('\n\n')}\n`;
}
