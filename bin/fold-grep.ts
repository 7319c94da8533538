import { run } from '../src/cli/run.ts';
import { foldGrep } from '../src/commands/fold-grep.ts';

run(foldGrep);
