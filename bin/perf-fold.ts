import { run } from '../src/cli/run.ts';
import { perfFold } from '../src/commands/perf-fold.ts';

run(perfFold);
