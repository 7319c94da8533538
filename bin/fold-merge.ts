import { run } from '../src/cli/run.ts';
import { foldMerge } from '../src/tools/fold-merge.ts';

run(foldMerge);
