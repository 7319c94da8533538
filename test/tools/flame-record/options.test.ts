// What flame-record says of options that mean nothing. Here and not in golden cases, because each of those starts a process.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Report } from '../../../src/cli/report.ts';
import { statusOf } from '../../../src/cli/run.ts';
import { Stop } from '../../../src/cli/stop.ts';
import { flameRecord } from '../../../src/tools/flame-record.ts';

const LABEL = '--label names a folder: letters, digits and ._,+=@- (no "..", at most 100), not';
const CALL_GRAPH = '--call-graph takes auto, fp, lbr, dwarf or dwarf,SIZE (a multiple of 8, at most 65528), not';
const WHOLE = '--frequency takes a whole number of at least 1, not';

for (const [argv, message] of [
  [[], 'which process? --pid PID, --pid-pattern REGEX, --container NAME, or -- COMMAND to start one'],
  [['--label', 'a/b'], `${LABEL} "a/b"`],
  [['--label', '..'], `${LABEL} ".."`],
  [['--label', '.a'], `${LABEL} ".a"`],
  [['--label', 'a\nb', '--pid', '1'], `${LABEL} "a\\nb"`],
  [['--label', '-x=1'], '--label needs a value; see flame-record --help'],
  [['--workload', '--pid', '1'], '--workload needs a value; see flame-record --help'],
  [['--duration', '0'], '--duration takes seconds above 0, not "0"'],
  [['--duration', '-1'], '--duration takes seconds above 0, not "-1"'],
  [['--frequency', '0'], `${WHOLE} "0"`],
  [['--frequency', '9.5'], `${WHOLE} "9.5"`],
  [['--warmup', '-1'], '--warmup takes a number of at least 0, not "-1"'],
  [['--call-graph', 'dwarf,7'], `${CALL_GRAPH} "dwarf,7"`],
  [['--call-graph', 'lbr,4'], `${CALL_GRAPH} "lbr,4"`],
  [['--mode', 'all'], '--mode takes cpu or offcpu or both, not "all"'],
  [['--pid', 'x'], '--pid takes a process id, not "x"'],
  [['--pid', '0'], '--pid takes a process id, not "0"'],
  [['--pid', '1', '--pid-pattern', 'x'], 'choose one of --pid, --pid-pattern'],
  [['--first', '--all', '--pid-pattern', 'x'], 'choose one of --first, --all'],
  [['--container', 'x;rm'], '--container takes a container\'s name or id, not "x;rm"'],
  [['--pid-pattern', '('], '--pid-pattern "(" is not a regular expression: missing closing ): "("'],
  [['--backend-type', 'x'], '--backend-type needs --postgres DSN'],
  [['--postgres', 'x', '--pid', '1'], 'choose one of --postgres, --pid, --pid-pattern, COMMAND'],
  [['--postgres', 'x', '--', 'sleep', '1'], 'choose one of --postgres, --pid, --pid-pattern, COMMAND'],
  [['--wait-events', '--no-wait-events', '--pid', '1'], 'choose one of --wait-events, --no-wait-events'],
] as const) {
  test(`flame-record ${argv.join(' ')}: refused before anything runs`, async () => {
    const said: (string | Uint8Array)[] = [];
    const status = await statusOf(flameRecord, argv, {
      report: new Report('flame-record', (text) => said.push(text)),
      stop: new Stop(),
      stdin: undefined,
      interactive: false,
      terminal: false,
      columns: undefined,
      output: () => assert.fail('it wrote to stdout'),
    });
    assert.deepEqual([said.join(''), status], [`flame-record: ${message}\n`, 2]);
  });
}
