// The options of a filter in a program: those of its command line, in camelCase.

import { type OptionTable, type Values, valuesOf } from '../cli/options.ts';
import { UsageError } from '../engine/errors.ts';

type CamelCase<S extends string> = S extends `${infer Head}-${infer Tail}`
  ? `${Head}${Capitalize<CamelCase<Tail>>}`
  : S;

/** `{ 'max-depth': … }` → `{ maxDepth?: number }` */
export type StreamOptions<T extends OptionTable> = {
  [Name in keyof T & string as CamelCase<Name>]?: Exclude<Values<T>[Name], undefined> | undefined;
};

/** `max-depth` → `maxDepth` */
export function camelCase(name: string): string {
  return name.replace(/-(.)/g, (_, letter: string) => letter.toUpperCase());
}

/** The values of all options. Throws UsageError for an option that the table does not have or allow. */
export function optionValues<T extends OptionTable>(table: T, options: StreamOptions<T>): Values<T> {
  const names = new Map(Object.keys(table).map((name) => [camelCase(name), name]));
  const given: Record<string, unknown> = {};
  for (const [key, value] of Object.entries(options)) {
    const name = names.get(key);
    if (name === undefined) throw new UsageError(`there is no option "${key}"`);
    if (table[name]?.kind === 'flag' && typeof (value ?? false) !== 'boolean') {
      throw new UsageError(`${key} takes true or false, not "${value}"`);
    }
    if (value !== undefined) given[name] = value;
  }
  return valuesOf(table, given);
}
