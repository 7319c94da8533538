// The source of functions whose names tell it.

import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceOf } from '../../../src/flamegraph/viewer/source.ts';

test('the source line of a name, whatever stands around it', () => {
  const sources: Record<string, string | undefined> = {
    'run (/srv/app/main.c:120)': '/srv/app/main.c:120',
    'JS:*run /srv/a.js:10': '/srv/a.js:10',
    'JS:*f file:///srv/demo/workload.mjs:37:19': '/srv/demo/workload.mjs:37',
    'JS:~g node:internal/timers:438:28': undefined,
    'py::work:/srv/a.py:7': '/srv/a.py:7',
    'core::fmt::write': undefined,
  };
  for (const [name, source] of Object.entries(sources)) assert.equal(sourceOf(name), source, name);
});
