// Whole numbers whose sum is right: what is lost by rounding down goes where most was lost.

/** Each number divided by `divisor` and made whole, so that their sum is the rounded sum of the quotients. */
export function divided(numbers: ArrayLike<number>, divisor: number): number[] {
  return whole(Array.from(numbers, (number) => number / divisor));
}

/** Each number made whole, so that their sum is the rounded sum. */
export function whole(exact: readonly number[]): number[] {
  const numbers = exact.map(Math.floor);
  const rest = exact.map((number, i) => number - (numbers[i] as number));
  let left = Math.round(rest.reduce((sum, part) => sum + part, 0));
  const order = Array.from(rest.keys()).sort((a, b) => (rest[b] as number) - (rest[a] as number) || a - b);
  for (const i of order) {
    if (left-- <= 0) break;
    numbers[i] = (numbers[i] as number) + 1;
  }
  return numbers;
}
