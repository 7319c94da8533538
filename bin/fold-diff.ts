import { run } from '../src/cli/run.ts';
import { foldDiff } from '../src/commands/fold-diff.ts';

run(foldDiff);
