// Who ended waits, for people: processes of one program and threads of one pool are told together where they are many.

const NUMBERS = /\d+/g;

interface Named {
  name: string;
  /** where it was when it ended the wait */
  function?: string | undefined;
}

/**
 * Wakers whose names differ in numbers alone, where there are more than `most`, as one with the name of the first:
 * `apache2 22811 and 8 more`. `part` is what adds up; the result has its largest first.
 */
export function withoutAlike<Part extends string, T extends Named & Record<Part, number>>(
  wakers: readonly T[],
  most: number,
  part: Part,
): T[] {
  const groups = new Map<string, T[]>();
  for (const waker of wakers) {
    const key = `${waker.name.replace(NUMBERS, '')}\0${waker.function ?? ''}`;
    groups.set(key, [...(groups.get(key) ?? []), waker]);
  }
  const all = [...groups.values()].flatMap((group) => (group.length > most ? [asOne(group, part)] : group));
  return all.sort((a, b) => b[part] - a[part]);
}

function asOne<Part extends string, T extends Named & Record<Part, number>>(group: readonly T[], part: Part): T {
  const [first] = group as [T];
  const sum = group.reduce((all, waker) => all + waker[part], 0);
  return { ...first, name: `${first.name} and ${group.length - 1} more`, [part]: sum };
}
