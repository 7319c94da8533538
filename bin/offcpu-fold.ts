import { run } from '../src/cli/run.ts';
import { offcpuFold } from '../src/tools/offcpu-fold.ts';

run(offcpuFold);
