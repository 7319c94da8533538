// The viewer: src/flamegraph/viewer → one minified script, which src/flamegraph/draw.ts puts into the picture.

import { createHash } from 'node:crypto';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { fileURLToPath } from 'node:url';
import { build, type Plugin } from 'esbuild';
import { minify } from 'uglify-js';

const root = fileURLToPath(new URL('..', import.meta.url));

/** Properties of the viewer's own objects, which get short names. The picture's data and browsers have none of these. */
const OWN =
  'back befores begin boxes cell changed choose chosenKey classOf close collected colour count counts cut data depth depths element end extra falls ' +
  'finish flame found fresh glyph group hits hover icicle inner isAlone isAtEnd isDrawn isRoot keepInSight ' +
  'ink items kept kindOf least lefts links model nameOf names needles nextMatch node nodeUnder noise numberOf onPaper open order own ownBefore ownBits pathOf pick ' +
  'picked placed places plainClassOf press resize rights rows save say scale searchField selected selfBefore shareOfAll shares show showFound showFunction showNode ' +
  'showNothing showTrail showView sign size sizes sliver start state step sums texts thin toggleHelp topOf towards tree whole zoomStep zoomTo';

/** Private fields become plain ones, which minify to a letter without a `#`: a hundredth of the script. */
const plainFields: Plugin = {
  name: 'plain-fields',
  setup({ onLoad }) {
    onLoad({ filter: /\/src\/.*\.ts$/ }, ({ path }) => ({
      contents: readFileSync(path, 'utf8').replace(/(this\.|^ {2}(?:(?:readonly|get) )?)#(?=[a-z])/gm, '$1own_'),
      loader: 'ts',
    }));
  },
};

/** The script's text, ASCII. */
export async function viewerScript(): Promise<string> {
  const { outputFiles } = await build({
    absWorkingDir: root,
    entryPoints: ['src/flamegraph/viewer/main.ts'],
    bundle: true,
    minify: true,
    plugins: [plainFields],
    mangleProps: new RegExp(`^(?:own_.*|${OWN.replaceAll(' ', '|')})$`),
    platform: 'browser',
    target: ['chrome100', 'firefox100', 'safari15'],
    format: 'iife',
    charset: 'ascii',
    legalComments: 'none',
    logLevel: 'warning',
    write: false,
  });
  return minified(outputFiles[0]?.text ?? '');
}

const COMPRESS = { passes: 10, unsafe: true, pure_getters: true, keep_fargs: false };

/** uglify-js takes 6 % off what esbuild leaves, in seconds; so the result is kept for the next build. */
function minified(text: string): string {
  const key = createHash('sha256').update(JSON.stringify(COMPRESS)).update(text).digest('hex');
  const known = `${root}/build/viewer-${key}.js`;
  if (existsSync(known)) return readFileSync(known, 'utf8');
  const { code, error } = minify(text, { compress: COMPRESS, output: { ascii_only: true } });
  if (error) throw error;
  // the script stands in a CDATA block
  const script = code.trim().replaceAll(']]>', ']] >');
  writeFileSync(known, script);
  return script;
}
