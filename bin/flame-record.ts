import { run } from '../src/cli/run.ts';
import { flameRecord } from '../src/commands/flame-record.ts';

run(flameRecord);
