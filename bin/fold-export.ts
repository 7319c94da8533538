import { run } from '../src/cli/run.ts';
import { foldExport } from '../src/commands/fold-export.ts';

run(foldExport);
