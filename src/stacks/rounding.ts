// Whole numbers whose sum is right: the numbers that lose most by rounding down get one more.

/** Each whole number divided by `divisor` and made whole, so that their sum is the rounded quotient of the sum. */
export function divided(numbers: ArrayLike<number>, divisor: number): number[] {
  const quotients = Array.from(numbers, (number) => Math.floor(number / divisor));
  // whole, too: sums of fractions would miss a half
  const rest = quotients.map((quotient, i) => (numbers[i] as number) - quotient * divisor);
  return distributed(quotients, rest, divisor);
}

/** Each number made whole, so that their sum is the rounded sum. */
export function whole(exact: readonly number[]): number[] {
  const numbers = exact.map(Math.floor);
  const rest = exact.map((number, i) => number - (numbers[i] as number));
  return distributed(numbers, rest, 1);
}

/** Adds one to those numbers that lost most, until what all have lost, in parts of `one`, is back. */
function distributed(numbers: number[], rest: readonly number[], one: number): number[] {
  let left = Math.round(rest.reduce((sum, part) => sum + part, 0) / one);
  const order = Array.from(rest.keys()).sort((a, b) => (rest[b] as number) - (rest[a] as number) || a - b);
  for (const i of order) {
    if (left-- <= 0) break;
    numbers[i] = (numbers[i] as number) + 1;
  }
  return numbers;
}
