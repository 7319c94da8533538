import { run } from '../src/cli/run.ts';
import { foldMerge } from '../src/commands/fold-merge.ts';

run(foldMerge);
