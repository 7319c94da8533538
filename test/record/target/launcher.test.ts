import assert from 'node:assert/strict';
import { test } from 'node:test';
import { becomesAnother, isShell } from '../../../src/record/target/launcher.ts';

test('a launcher is a script that becomes another program', () => {
  const isOne = (command: string[], script = ''): boolean => becomesAnother(command, script);
  assert.ok(isOne(['python3', 'app.py'], '#!/usr/bin/env bash\nset -e\nexec "/opt/pyenv" exec "$program" "$@"\n'));
  assert.ok(isOne(['sh', '-c', 'cd /srv && exec ./server --port 80'], '\x7fELF'));
  assert.ok(isOne(['./run'], '#!/bin/sh\nif [ -x server ]; then exec ./server; fi\n'));
  assert.ok(!isOne(['./run'], '#!/bin/sh\nexec 2>&1\nexec >log\nwhile :; do executor; done\n'));
  assert.ok(!isOne(['./server'], '\x7fELF exec x'));
});

test('shells by their names', () => {
  for (const name of ['sh', 'bash', 'dash', 'zsh', 'busybox', 'env']) assert.ok(isShell(name), name);
  for (const name of ['python3.11', 'ssh', 'push', 'node']) assert.ok(!isShell(name), name);
});
