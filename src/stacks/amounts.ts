// Numbers as people read them. Intl would write them differently in each locale and version of Node.

/** 1234567.5 → 1,234,567.5 (two decimals at most). */
export function grouped(value: number): string {
  const [whole = '', fraction] = String(Math.round(Math.abs(value) * 100) / 100).split('.');
  const text = whole.includes('e') ? whole : whole.replace(/\B(?=(?:\d{3})+$)/g, ',');
  return `${value < 0 ? '-' : ''}${text}${fraction === undefined ? '' : `.${fraction}`}`;
}

/** A share of 1 as a percentage: 0.1234 → 12.34%. */
export function percent(share: number): string {
  return share >= 1 ? `${Number((share * 100).toFixed(2))}%` : `${(share * 100).toFixed(2)}%`;
}

/** The change from one number to another in percent of the first: +23.4%. */
export function relative(after: number, before: number): string {
  const text = ((after / before - 1) * 100).toFixed(1);
  return text === '-0.0' || text === '0.0' ? '±0.0%' : `${after > before ? '+' : ''}${grouped(Number(text))}%`;
}

/** A difference of counts: +12. */
export function signed(value: number): string {
  return value > 0 ? `+${grouped(value)}` : grouped(value);
}

const SECONDS: Record<string, number> = {
  s: 1,
  seconds: 1,
  ns: 1e-9,
  nanoseconds: 1e-9,
  us: 1e-6,
  µs: 1e-6,
  microseconds: 1e-6,
  ms: 1e-3,
  milliseconds: 1e-3,
};

/** The length of a unit of time in seconds; undefined: it is none. */
export function secondsIn(unit: string): number | undefined {
  return SECONDS[unit];
}

/**
 * A count with its unit: `1,234 samples`. Times of a second or more are also shown in seconds: `1,201,654 us = 1.2 s`.
 */
export function amount(value: number, unit: string): string {
  const text = `${grouped(value)} ${unit}`;
  const scale = SECONDS[unit] ?? 1;
  const seconds = Math.abs(value * scale);
  return scale < 1 && seconds >= 1 ? `${text} = ${grouped(seconds)} s` : text;
}
