import { run } from '../src/cli/run.ts';
import { pprofFold } from '../src/tools/pprof-fold.ts';

run(pprofFold);
