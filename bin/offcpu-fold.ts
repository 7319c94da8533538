import { run } from '../src/cli/run.ts';
import { offcpuFold } from '../src/commands/offcpu-fold.ts';

run(offcpuFold);
