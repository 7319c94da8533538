import { run } from '../src/cli/run.ts';
import { pprofFold } from '../src/commands/pprof-fold.ts';

run(pprofFold);
