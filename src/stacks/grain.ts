// The grain of counts: the largest number that they all are multiples of.

const MOST_SCALE = 1e6;

/** The grain of all these columns; 1 if they hold no counts. Fractions have a decimal one: 0.1, 0.01 … */
export function grainOf(columns: readonly Float64Array[]): number {
  let divisor = 0;
  for (const counts of columns) {
    for (const count of counts) {
      if (!Number.isInteger(count)) return decimalGrain(columns);
      if (count % divisor !== 0) divisor = greatestDivisor(count, divisor);
    }
  }
  return divisor || 1;
}

/** A grain with as many decimals as the counts have, at most six. */
function decimalGrain(columns: readonly Float64Array[]): number {
  let scale = 1;
  for (const counts of columns) {
    for (const count of counts) {
      while (scale < MOST_SCALE && Math.abs(count * scale - Math.round(count * scale)) > 1e-6) scale *= 10;
    }
  }
  return 1 / scale;
}

function greatestDivisor(a: number, b: number): number {
  let x = a;
  let y = b;
  while (y > 0) [x, y] = [y, x % y];
  return x;
}
