import { run } from '../src/cli/run.ts';
import { foldGrep } from '../src/tools/fold-grep.ts';

run(foldGrep);
