import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { test } from 'node:test';
import { gunzipSync } from 'node:zlib';
import fc from 'fast-check';
import { OffcpuFold } from '../../../../src/offcpu/read/fold-offcpu.ts';
import { runs } from '../../../law-runs.ts';

const FOLDER = new URL('../../../../fixtures/offcpu-classify/switches-of-perf-with-its-wake-ups/', import.meta.url);
const textOf = (name: string): string => gunzipSync(readFileSync(new URL(name, FOLDER))).toString('latin1');

// off 21632/21632  5122.617485606:          1 sched:sched_switch: prev_comm=…
//           records have no such fields, so that without tids they are left out
const HEADER = /^ *(.*\S) +(\d+)\/(\d+) +(\d+\.\d+): +(?:(\d+) +)?(sched:\w+|PERF_RECORD_\w+)(:?)(.*)$/;

interface Form {
  comm: boolean;
  task: 'pid/tid' | 'tid' | 'none';
  cpu: boolean;
  period: boolean;
  blanks: 'as perf' | 'squeezed' | 'none';
}

const TASKS = ['pid/tid', 'tid', 'none'] as const;
const BLANKS = ['as perf', 'squeezed', 'none'] as const;
/** A header of nothing but time and event, and others: each two values of two fields are in one of them. */
const FORMS: [Form][] = [
  [{ comm: false, task: 'none', cpu: false, period: false, blanks: 'as perf' }],
  ...TASKS.flatMap((task, i) =>
    BLANKS.map((blanks, j): [Form] => [
      { comm: (i + j) % 2 === 0, task, cpu: (i + j) % 3 === 0, period: (i + 3 - j) % 3 === 1, blanks },
    ]),
  ),
];

function formed(text: string, { comm, task, cpu, period, blanks }: Form): string {
  const lines = text.split('\n').flatMap((line) => {
    const found = HEADER.exec(line);
    if (!found) return blanks === 'none' ? line.trim() : blanks === 'squeezed' ? line.replace(/ +/g, ' ') : line;
    const [, name = '', pid, tid, time, weight, event = '', colon, rest = ''] = found;
    if (task === 'none' && event.startsWith('PERF_RECORD')) return [];
    const fields = [
      ...(comm ? [name] : []),
      ...(task === 'none' ? [] : [task === 'tid' ? tid?.padStart(7) : `${pid}/${tid}`]),
      ...(cpu ? ['[001]'] : []),
      `${time?.padStart(12)}:`,
      ...(period && weight !== undefined ? [weight.padStart(10)] : []),
      `${event}${colon}${rest}`,
    ];
    const header = fields.join(' ');
    return blanks === 'as perf' ? header : header.replace(/ +/g, ' ').trim();
  });
  return lines.join('\n');
}

function folded(texts: readonly string[], by: 'comm' | 'tid'): string {
  const fold = new OffcpuFold({ by, unit: 'ns' }, (kind, place, text) => assert.fail(`${place}: ${kind}: ${text}`));
  texts.forEach((text, i) => {
    fold.begin(`in${i}`);
    fold.block(Buffer.from(text, 'latin1'));
    assert.equal(fold.end(), undefined);
  });
  return Buffer.concat([...fold.finish().table.folded()].map((block) => Buffer.from(block))).toString('latin1');
}

test('scheduler events are read in whatever fields and blanks perf printed their headers', () => {
  const recorded = ['stacks.txt.gz', 'wake-ups.txt.gz'].map(textOf);
  const whole: Form = { comm: true, task: 'pid/tid', cpu: false, period: true, blanks: 'as perf' };
  const forms = fc.record<Form>({
    comm: fc.boolean(),
    task: fc.constantFrom(...TASKS),
    cpu: fc.boolean(),
    period: fc.boolean(),
    blanks: fc.constantFrom(...BLANKS),
  });
  const expected = (task: Form['task']): string =>
    folded(
      recorded.map((text) => formed(text, { ...whole, task })),
      'tid',
    );
  const known = { 'pid/tid': expected('pid/tid'), tid: expected('tid'), none: expected('none') };
  fc.assert(
    fc.property(forms, (form) => {
      const got = folded(
        recorded.map((text) => formed(text, form)),
        'tid',
      );
      assert.equal(got.replace(/^[^;\n]*/gm, ''), known[form.task].replace(/^[^;\n]*/gm, ''), JSON.stringify(form));
    }),
    { numRuns: runs(0.2), examples: FORMS },
  );
});
