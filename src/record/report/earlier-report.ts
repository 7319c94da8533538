// What an earlier run's report.json tells a comparison.

import type { TrustPoint } from './trust.ts';
import type { WaitRow } from './waits.ts';

/** Texts are UTF-8. Empty where the earlier run has no report, or one of another version. */
export interface EarlierReport {
  waits: readonly WaitRow[];
  /** functions of its target's own code */
  ownNames: ReadonlySet<string>;
  /** what is to be known of its data */
  points: readonly TrustPoint[];
}

interface ReportJson {
  format?: string;
  waits?: WaitRow[];
  functions?: { own?: { names?: string[] } };
  trust?: { points?: TrustPoint[] };
}

/** From the text of a report.json; '' if there is none. */
export function earlierReport(json: string): EarlierReport {
  const { waits, functions, trust } = parsed(json);
  const ownNames = new Set(functions?.own?.names ?? []);
  return {
    waits: Array.isArray(waits) ? waits : [],
    ownNames,
    points: Array.isArray(trust?.points) ? trust.points : [],
  };
}

function parsed(json: string): ReportJson {
  try {
    const report = JSON.parse(json) as ReportJson;
    return report.format === 'flamepipe report' ? report : {};
  } catch {
    return {};
  }
}
