import { run } from '../src/cli/run.ts';
import { flameSvg } from '../src/tools/flame-svg.ts';

run(flameSvg);
