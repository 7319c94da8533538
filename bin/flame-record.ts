import { run } from '../src/cli/run.ts';
import { flameRecord } from '../src/tools/flame-record.ts';

run(flameRecord);
