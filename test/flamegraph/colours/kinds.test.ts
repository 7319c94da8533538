import assert from 'node:assert/strict';
import { test } from 'node:test';
import fc from 'fast-check';
import { StackTable } from '../../../src/engine/stack-table.ts';
import { KernelGuess } from '../../../src/flamegraph/colours/kinds.ts';
import { kernelPart, kernelStart } from '../../../src/stacks/known-frames.ts';

// an entry, a door and functions of the kernel, and names that tell nothing
const NAMES = ['do_syscall_64', 'page_fault', '__schedule', 'k_sys_', 'main', 'work', 'tcp_sendmsg'];

test('a name is guessed to be of the kernel if any stack has it from where it enters the kernel on', () => {
  fc.assert(
    fc.property(
      fc.array(fc.array(fc.constantFrom(...NAMES), { minLength: 1, maxLength: 6 }), { maxLength: 6 }),
      (all) => {
        const table = new StackTable();
        for (const stack of all)
          table.add(
            stack.map((name) => table.name(name)),
            1,
            1,
          );
        const guess = new KernelGuess(table);
        const names = Array.from({ length: table.nameCount }, (_, i) => table.nameText(i + 1));
        for (const [i, name] of names.entries()) guess.see(i + 1, name);
        const { names: kernel } = guess;
        const guessed = new Set(names.filter((_, i) => kernel?.[i + 1] === 1));
        const expected = new Set<string>();
        for (const stack of all) {
          const start = kernelStart(stack.length, (at) => kernelPart(stack[at] as string));
          for (const name of start < 0 ? [] : stack.slice(start)) expected.add(name);
        }
        assert.deepEqual(guessed, expected);
      },
    ),
  );
});
