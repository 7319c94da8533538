// npm runs this after `npm install`: of a global installation it links what lies below PREFIX/share. That is the shell
// completions, because npm itself never links them, and the man pages, which npm links up to version 11. Does nothing for
// any other installation.

const { existsSync, mkdirSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const { join, resolve } = require('node:path');

const FOLDERS = {
  'completions/bash': 'bash-completion/completions',
  'completions/zsh': 'zsh/site-functions',
  'completions/fish': 'fish/vendor_completions.d',
  man: 'man/man1',
};

if (process.env.npm_config_global === 'true') {
  // PREFIX/lib/node_modules/flamepipe/scripts
  const share = resolve(__dirname, '../../../../share');
  for (const [folder, shared] of Object.entries(FOLDERS)) {
    const from = join(__dirname, '../dist', folder);
    const to = join(share, shared);
    try {
      mkdirSync(to, { recursive: true });
      for (const file of readdirSync(from)) {
        const link = join(to, file);
        if (folder === 'man' && existsSync(link)) continue; // npm's own, which it removes with the package
        rmSync(link, { force: true });
        symlinkSync(join(from, file), link);
      }
    } catch (error) {
      console.error(`flamepipe: nothing is linked into ${to}: ${error.message}`);
    }
  }
}
