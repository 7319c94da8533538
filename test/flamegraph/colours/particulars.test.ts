// What a wait was on, who ended it and whose statement it was look unlike functions, in the file and in the page alike.

import assert from 'node:assert/strict';
import { describe, test } from 'node:test';
import { inflateSync } from 'node:zlib';
import fc from 'fast-check';
import type { Data } from '../../../src/flamegraph/data.ts';
import { boxClass } from '../../../src/flamegraph/picture.ts';
import { sharesOf } from '../../../src/flamegraph/viewer/derive.ts';
import { Model } from '../../../src/flamegraph/viewer/model.ts';
import { draw, picture } from '../drawing.ts';

/** The first letters of boxes' classes, by name. */
function letters(folded: string): Record<string, string> {
  const drawn = picture(folded);
  const { boxes, nameOf } = drawn;
  return Object.fromEntries(
    Array.from({ length: boxes.count }, (_, box) => [
      nameOf(boxes.name[box] as number),
      boxClass(drawn, box).charAt(0),
    ]),
  );
}

function modelOf(folded: string): Model {
  const data = JSON.parse(/<metadata[^>]*>(.*?)<\/metadata>/s.exec(draw(folded, {}, '0'))?.[1] ?? '') as Data;
  return new Model(data, inflateSync(Buffer.from(data.stacks, 'base64')));
}

describe('behind a reason', () => {
  test('locks, files, peers and wakers, whether the reason stands at the root or at the tip', () => {
    for (const object of [
      'lock host::REGISTRY',
      'heap lock',
      'condition q_back',
      'heap semaphore',
      'lock',
      'data/journal.log',
      'pipe',
      'tcp 10.0.0.1:80',
      '[eventfd]',
    ]) {
      for (const stack of [`[futex];${object};<- rebuild_[w];app;main`, `app;main;[futex];${object};<- rebuild_[w]`]) {
        const found = letters(`${stack} 60\n`);
        assert.deepEqual([found['[futex]'], found[object], found['<- rebuild_[w]']], ['l', 'i', 'h'], stack);
      }
    }
    const behindKernel = letters('app;main;entry_SYSCALL_64_after_hwframe;do_syscall_64;[futex];<- other_[w] 1\n');
    assert.equal(behindKernel['<- other_[w]'], 'h');
    assert.equal(letters('app;[futex];Lock:tuple;lock t 1\n')['lock t'], 'i');
  });

  test('not a comm, not a kernel thread, and not what stands elsewhere', () => {
    const found = letters('[idle];kworker/0:1;f 1\n[idle];nfs/x;read_[k] 1\n[futex];app;data/a.js 1\nlock x;main 1\n');
    for (const name of ['kworker/0:1', 'nfs/x', 'app', 'data/a.js', 'lock x']) assert.notEqual(found[name], 'i', name);
  });

  test('statements stand in front of all reasons, or there is none', () => {
    const found = letters('select ? from t;[futex];pg;f 1\n[no statement];[idle];pg;f 1\n');
    assert.deepEqual([found['select ? from t'], found['[no statement]'], found['[idle]']], ['k', 't', 't']);
    assert.notEqual(letters('select x;[futex];pg;f 1\n[idle];pg;f 1\n')['select x'], 'k');
    assert.notEqual(letters('app;[futex] 1\n').app, 'k');
  });
});

const STACKS = [
  ...[
    '[futex];lock a;<- b_[w];app;main',
    '[fsync];d/e;app;main',
    '[cpu];app;main',
    'app;main;run',
    'app;main;[futex];lock a;<- b_[w]',
  ],
  ...['app;main;[epoll];Lock:tuple;tcp socket', '[no statement];[idle];pg;f', 'select ?;[futex];pg;f', 'a;b_[k]'],
];

test('the page colours as the file does; shares of time add up to all of it, whatever stays apart', () => {
  fc.assert(
    fc.property(fc.uniqueArray(fc.constantFrom(...STACKS), { minLength: 1 }), (stacks) => {
      const folded = stacks.map((stack, i) => `${stack} ${1000 + i}\n`).join('');
      const drawn = picture(folded);
      const { boxes, nameOf } = drawn;
      const inFile = Array.from(
        { length: boxes.count },
        (_, box) =>
          `${boxes.depth[box]} ${boxes.start[box]} ${nameOf(boxes.name[box] as number)} ${boxClass(drawn, box)}`,
      );
      const model = modelOf(folded);
      const { whole } = model;
      const inPage = Array.from(
        { length: whole.count },
        (_, node) =>
          `${whole.depth[node]} ${whole.start[node]} ${node === 0 ? 'all' : model.links[whole.name[node] as number]} ${model.classOf(whole, node)}`,
      );
      assert.deepEqual(inPage.sort(), inFile.sort());
      const shares = sharesOf(whole, true, false, (node, bits) => model.classOf(whole, node, bits));
      const sum = [...shares].reduce((all, [letter, share]) => ('ihk'.includes(letter) ? all : all + share), 0);
      assert.ok(Math.abs(sum - 1) < 1e-9, JSON.stringify([...shares]));
    }),
  );
});
