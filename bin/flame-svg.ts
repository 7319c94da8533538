import { run } from '../src/cli/run.ts';
import { flameSvg } from '../src/commands/flame-svg.ts';

run(flameSvg);
