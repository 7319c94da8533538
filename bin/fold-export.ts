import { run } from '../src/cli/run.ts';
import { foldExport } from '../src/tools/fold-export.ts';

run(foldExport);
