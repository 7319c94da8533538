// npm runs this after `npm install`: of a global installation it links the shell completions to where bash, zsh and fish
// look for them, because npm itself only links programs and man pages. Does nothing for any other installation.

const { mkdirSync, readdirSync, rmSync, symlinkSync } = require('node:fs');
const { join, resolve } = require('node:path');

const FOLDERS = { bash: 'bash-completion/completions', zsh: 'zsh/site-functions', fish: 'fish/vendor_completions.d' };

if (process.env.npm_config_global === 'true') {
  // PREFIX/lib/node_modules/flamepipe/scripts
  const share = resolve(__dirname, '../../../../share');
  for (const [shell, folder] of Object.entries(FOLDERS)) {
    const from = join(__dirname, '../dist/completions', shell);
    const to = join(share, folder);
    try {
      mkdirSync(to, { recursive: true });
      for (const file of readdirSync(from)) {
        rmSync(join(to, file), { force: true });
        symlinkSync(join(from, file), join(to, file));
      }
    } catch (error) {
      console.error(`flamepipe: no completions for ${shell}: ${error.message}`);
    }
  }
}
