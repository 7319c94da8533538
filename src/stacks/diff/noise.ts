// Noise: how far two recordings of the same thing may lie apart, so that about 1 of 20 lies further.

/** Standard errors: 95 % of the normal distribution lie within, both sides. */
const NORMAL = 2;

/**
 * From the variances of both values. Samples come by chance, so theirs is known. It is a lower bound, because samples
 * that follow each other are alike.
 */
export function countNoise(before: number, after: number): number {
  return NORMAL * Math.sqrt(before + after);
}

/**
 * From the spread of several runs a side, whatever it comes from (Welch's test). A side of one run is assumed to spread
 * as the other does.
 */
export function spreadNoise(before: readonly number[], after: readonly number[]): number {
  const [a, b] = [varianceOf(before) ?? varianceOf(after), varianceOf(after) ?? varianceOf(before)];
  if (a === undefined || b === undefined) throw new Error('spread of single runs');
  const [m, n] = [before.length, after.length];
  const error = a / m + b / n;
  if (error === 0) return 0;
  const one = m === 1 || n === 1;
  const freedom = one ? m + n - 2 : error ** 2 / ((a / m) ** 2 / (m - 1) + (b / n) ** 2 / (n - 1));
  return student(freedom) * Math.sqrt(error);
}

function varianceOf(values: readonly number[]): number | undefined {
  if (values.length < 2) return undefined;
  const mean = values.reduce((sum, value) => sum + value, 0) / values.length;
  return values.reduce((sum, value) => sum + (value - mean) ** 2, 0) / (values.length - 1);
}

/** Student's t for 95 %, both sides, by degrees of freedom from 1. */
const STUDENT = [
  12.706, 4.303, 3.182, 2.776, 2.571, 2.447, 2.365, 2.306, 2.262, 2.228, 2.201, 2.179, 2.16, 2.145, 2.131, 2.12, 2.11,
  2.101, 2.093, 2.086, 2.08, 2.074, 2.069, 2.064, 2.06, 2.056, 2.052, 2.048, 2.045, 2.042,
];

function student(freedom: number): number {
  return STUDENT[Math.max(Math.floor(freedom), 1) - 1] ?? 1.96 + 2.4 / freedom;
}
