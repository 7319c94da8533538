import { run } from '../src/cli/run.ts';
import { perfFold } from '../src/tools/perf-fold.ts';

run(perfFold);
