// The package as npm would publish it: installed from its tarball, offline, it runs.

import assert from 'node:assert/strict';
import { execFileSync, spawnSync } from 'node:child_process';
import fs, { cpSync, existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { join } from 'node:path';
import { describe, test } from 'node:test';
import { OWN_DATA } from '../src/engine/own-data.ts';
import { ENVIRONMENT, ROOT, shell, TOOLS, temporaryFolder } from './tools.ts';

const MOST_BYTES = 2_000_000;
const SAMPLES = `node 7 1.000000:          2 cpu-clock:
\t            55d0 _ZN3job4workEv (/usr/bin/node)
\t            55c0 main (/usr/bin/node)

node 7 1.010000:          3 cpu-clock:
\t            55d0 _ZN3job4workEv (/usr/bin/node)
\t            55c0 main (/usr/bin/node)

`;

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
  version: string;
  bin: Record<string, string>;
  man: string[];
  scripts: { postinstall: string };
};
/** What the package holds besides the files of each tool and docs/. */
const OTHERS = [
  ...['README.md', 'CHANGELOG.md', 'LICENSE', 'package.json', 'flamepipe.mk', 'bpf/offcpu.bt'],
  ...[
    ...[
      'compressed',
      'help',
      'linear-pattern',
      'loose-header',
      'objects',
      'pending-frames',
      'picture-text',
      'recorder',
    ].map((late) => `dist/${late}.cjs`),
    ...['rust-name', 'symbolizer', 'yargs-parser'].map((late) => `dist/${late}.cjs`),
    ...OWN_DATA.map((file) => `dist/${file}`),
    'dist/index.js',
    'dist/index.d.ts',
    'dist/THIRD-PARTY-LICENSES.txt',
  ],
  'scripts/code-cache.cjs',
  'scripts/link-shared.cjs',
];
const { codeFile, FLAG } = createRequire(import.meta.url)(join(ROOT, 'scripts/code-cache.cjs')) as {
  codeFile(fs: unknown, main: string): string;
  FLAG: string;
};
const folder = temporaryFolder();

function npm(...args: string[]): string {
  const env = { ...ENVIRONMENT, npm_config_cache: join(folder, 'cache'), npm_config_update_notifier: 'false' };
  return execFileSync('npm', [...args, '--loglevel=error'], { cwd: folder, env, encoding: 'utf8' });
}

const COMPLETIONS = [
  'bash-completion/completions/perf-fold',
  'zsh/site-functions/_perf-fold',
  'fish/vendor_completions.d/perf-fold.fish',
];

describe('package', () => {
  // an array; npm 12 prints an object, by the names of the packages
  const printed = JSON.parse(npm('pack', '--json', '--ignore-scripts', ROOT)) as object;
  const [packed] = Object.values(printed) as [{ filename: string; files: { path: string }[] }];
  const tarball = join(folder, packed.filename);

  test('holds the programs, their man pages, completions, licences and documents, and nothing else', () => {
    const files = packed.files.map(({ path }) => path);
    const ofTool = (tool: string): string[] => [
      ...[`dist/${tool}.cjs`, `dist/${tool}.main.cjs`, `dist/man/${tool}.1`],
      ...['bash/', 'zsh/_', 'fish/'].map(
        (place) => `dist/completions/${place}${tool}${place === 'fish/' ? '.fish' : ''}`,
      ),
    ];
    const wanted = [...TOOLS.flatMap(ofTool), ...OTHERS];
    assert.deepEqual(
      wanted.filter((file) => !files.includes(file)),
      [],
      'it lacks them',
    );
    const others = files.filter((file) => !wanted.includes(file) && !/^docs\/(?:[\w-]+\.md|images\/)/.test(file));
    assert.deepEqual(others, [], 'it holds more');
  });

  test('names every tool, with its man page', () => {
    const bin = Object.fromEntries(TOOLS.map((tool) => [tool, `dist/${tool}.cjs`]));
    assert.deepEqual(manifest.bin, bin);
    assert.deepEqual(
      manifest.man.toSorted(),
      TOOLS.map((tool) => `dist/man/${tool}.1`),
    );
  });

  test('is small', () => assert.ok(statSync(tarball).size < MOST_BYTES, `${statSync(tarball).size} bytes`));

  test('installs without network or build, and folds', async () => {
    const where = temporaryFolder();
    npm('install', '--offline', '--no-audit', '--no-fund', '--prefix', where, tarball);
    writeFileSync(join(where, 'samples'), SAMPLES);
    const version = await shell('node_modules/.bin/perf-fold --version', where);
    assert.equal(`${version.err}${version.out}`, `perf-fold ${manifest.version}\n`);
    const old = `node -e 'Object.defineProperty(process, "versions", { value: { node: "18.20.4" } }); require("./node_modules/flamepipe/dist/perf-fold.cjs")'`;
    const refused = await shell(old, where);
    assert.match(
      `${refused.err}`,
      /^perf-fold: Node v\S+ is too old: perf-fold needs Node \d+\.\d+ or newer; npm install --global node@\d+ brings one\n$/,
    );
    assert.equal(refused.status, 2);
    const folded = await shell('node_modules/.bin/perf-fold --count samples samples', where);
    assert.equal(`${folded.err}${folded.out}`, '# unit: samples\nnode;main;job::work 2\n');
    const dist = join(where, 'node_modules/flamepipe/dist');
    const main = join(dist, 'perf-fold.main.cjs');
    execFileSync(process.execPath, [join(where, 'node_modules/flamepipe/scripts/code-cache.cjs')]); // once more, as npm may
    // flame-svg's run changes V8's flags
    const rejected = `node ${FLAG} -p "const fs = require('fs');
      const { codeFile, NO_FLAG, setV8Flag, wrapped } = require('../scripts/code-cache.cjs');
      setV8Flag(NO_FLAG);
      ['perf-fold.main', 'flame-svg.main', 'symbolizer'].filter((name) => {
        const path = '${dist}/' + name + '.cjs', cachedData = fs.readFileSync(codeFile(fs, path));
        return new (require('vm').Script)(wrapped(fs, path), { cachedData }).cachedDataRejected;
      })"`;
    const accepted = await shell(rejected, dist);
    assert.equal(`${accepted.err}${accepted.out}`, '[]\n', "V8 uses what npm's installation compiled");
    writeFileSync(codeFile(fs, main), 'cut off');
    const again = await shell('node_modules/.bin/perf-fold --count samples samples', where);
    assert.deepEqual([`${again.err}${again.out}`, again.status], [`${folded.out}`, 0]);
    const program = "import { perfFold } from 'flamepipe'; process.stdin.pipe(perfFold()).pipe(process.stdout)";
    const piped = await shell(`node --input-type=module -e "${program}" < samples`, where);
    assert.equal(`${piped.err}${piped.out}`, '# unit: ns\nnode;main;job::work 5\n');
  });

  test('has code caches of one build of Node and of one build of a tool', () => {
    const main = join(ROOT, 'dist/perf-fold.main.cjs');
    const own = codeFile(fs, main);
    for (const other of [process.execPath, main])
      for (const change of [{ size: 1 }, { mtimeMs: 1 }]) {
        const statSync = (file: string): object => ({ ...fs.statSync(file), ...(file === other && change) });
        assert.notEqual(codeFile({ statSync }, main), own);
      }
  });

  test('what npm runs after it has installed passes in a checkout that is not built yet', async () => {
    const where = temporaryFolder();
    cpSync(join(ROOT, 'scripts'), join(where, 'scripts'), { recursive: true });
    const { err, status } = await shell(manifest.scripts.postinstall, where);
    assert.deepEqual([`${err}`, status], ['', 0]);
  });

  test('installs for all users with man pages and completions', async () => {
    const where = temporaryFolder();
    npm(
      'install',
      '--global',
      '--offline',
      '--no-audit',
      '--no-fund',
      '--foreground-scripts',
      // npm 12 runs no script of a package unasked; older ones don't know the option
      `--allow-scripts=file:${tarball}`,
      '--prefix',
      where,
      tarball,
    );
    const share = join(where, 'share');
    for (const file of ['man/man1/perf-fold.1', ...COMPLETIONS]) assert.ok(existsSync(join(share, file)), file);
  });
});

describe('make install', () => {
  const where = join(temporaryFolder(), "a place' ü");
  const make = (target: string, environment = {}): string =>
    execFileSync('make', ['-s', target, `PREFIX=${where}`], {
      cwd: ROOT,
      env: { ...ENVIRONMENT, ...environment },
      encoding: 'utf8',
    });

  test('puts programs, man pages and completions into any folder, and uninstall removes them', async () => {
    assert.match(make('install'), /is not on your PATH; type: export PATH=/);
    const version = await shell(`"${where}/bin/perf-fold" --version`, where);
    assert.equal(`${version.err}${version.out}`, `perf-fold ${manifest.version}\n`);
    const path = await shell(`"${where}/bin/flame-record" --bpf-path`, where);
    assert.ok(existsSync(`${path.out}`.trim()), `--bpf-path: ${path.out}`);
    writeFileSync(join(where, 'Makefile'), `include $(shell "${where}/bin/flame-record" --makefile-path)\n`);
    const rules = await shell('make -n profiles/a/index.html; rm Makefile', where);
    assert.match(`${rules.err}${rules.out}`, / flame-record .*--label a/);
    for (const file of ['man/man1/perf-fold.1', ...COMPLETIONS])
      assert.ok(existsSync(join(where, 'share', file)), file);
    make('uninstall');
    const left = readdirSync(where, { recursive: true, withFileTypes: true }).filter((entry) => !entry.isDirectory());
    assert.deepEqual(left, []);
  });
});

const lacks = (program: string): string | false =>
  spawnSync(program, ['--version'], { stdio: 'ignore' }).status !== 0 && `no ${program}: apt-get install ${program}`;

test('man shows every page without a warning', { skip: lacks('man') || lacks('groff') }, async () => {
  const all = `for page in "${ROOT}"/dist/man/*.1; do man --warnings -E UTF-8 -l -Tutf8 -Z "$page" > /dev/null; done`;
  const { err, status } = await shell(all, folder);
  assert.deepEqual([`${err}`, status], ['', 0]);
});

describe('completions', () => {
  const place = (shellName: string): string => join(ROOT, 'dist/completions', shellName);

  test('bash', async () => {
    const script = `for file in "${place('bash')}"/*; do . "$file" || exit; done
complete_line() { COMP_WORDS=("$@"); COMP_CWORD=$(($# - 1)); COMPREPLY=(); "_\${1//-/_}"; echo "\${COMPREPLY[*]}"; }
complete_line perf-fold --co
complete_line perf-fold --count ''
complete_line perf-fold --count = s
complete_line flame-record d
complete_line flame-svg a -V`;
    const { out, err } = await shell(script, folder);
    assert.equal(`${err}${out}`, '--count\nperiod samples\nsamples\ndoctor\n-V\n');
  });

  test('fish', { skip: lacks('fish') }, async () => {
    const script = `for file in "${place('fish')}"/*; source $file; end; complete -C "perf-fold --count " | cut -f 1; complete -C "flame-record doc" | cut -f 1`;
    writeFileSync(join(folder, 'try.fish'), script);
    const { out, err } = await shell('fish --no-config try.fish', folder, { HOME: folder });
    assert.equal(`${err}${out}`, 'period\nsamples\ndoctor\n');
  });

  test('zsh', { skip: lacks('zsh') }, async () => {
    // a terminal of zsh's own, in which Tab is pressed
    const script = `zmodload zsh/zpty
zpty try zsh -f -i
zpty -w try "PS1= fpath=(${JSON.stringify(place('zsh'))} $fpath); autoload -U compinit; compinit -u -D; zstyle ':completion:*' list-colors ''; echo rea''dy"
zpty -m -r try seen '*ready*'
zpty -w -n try $'perf-fold --count \t\t'
zpty -m -r try seen '*period*samples*' && echo found`;
    const { out, err } = await shell(`timeout 100 zsh -f -c ${"'"}${script.replaceAll("'", "'\\''")}${"'"}`, folder, {
      HOME: folder,
    });
    assert.equal(`${err}${out}`, 'found\n');
  });
});
