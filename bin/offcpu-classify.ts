import { run } from '../src/cli/run.ts';
import { offcpuClassify } from '../src/tools/offcpu-classify.ts';

run(offcpuClassify);
