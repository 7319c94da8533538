import { run } from '../src/cli/run.ts';
import { offcpuClassify } from '../src/commands/offcpu-classify.ts';

run(offcpuClassify);
