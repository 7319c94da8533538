import { run } from '../src/cli/run.ts';
import { foldDiff } from '../src/tools/fold-diff.ts';

run(foldDiff);
