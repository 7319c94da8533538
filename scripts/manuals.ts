// What every tool says of itself: the option tables that --help prints, here for man pages and completions.

import { readdirSync } from 'node:fs';
import { basename } from 'node:path';
import type { Manual, OptionTable } from '../src/cli/options.ts';

export type AnyManual = Manual<OptionTable>;

/** The manuals of all tools in bin/. Needs the generated modules of src/. Throws where a tool has no command. */
export async function manuals(): Promise<AnyManual[]> {
  const tools = readdirSync(new URL('../bin', import.meta.url)).map((file) => basename(file, '.ts'));
  return Promise.all(
    tools.map(async (tool) => {
      const exported = Object.values((await import(`../src/tools/${tool}.ts`)) as Record<string, Partial<AnyManual>>);
      const manual = exported.find(({ name }) => name === tool);
      if (manual === undefined) throw new Error(`src/tools/${tool}.ts exports no command named ${tool}`);
      return manual as AnyManual;
    }),
  );
}
