// Units: what the counts of inputs are of, and whether they can be added up.

import { InputError } from '../engine/errors.ts';

/** An input and the units that its text says, each once. */
export interface InputUnits {
  name: string;
  units: readonly string[];
}

export interface UnitSettings {
  /** the unit of inputs that do not say theirs */
  declared?: string | undefined;
  /** rejects an input without a unit */
  mustSay?: boolean;
  /** adds different units all the same */
  mayMix?: boolean;
}

/**
 * The unit of the sum of all inputs; undefined: not known. `note`: what the user should know of it. Throws InputError
 * where the inputs can't be added up.
 */
export function unitOfSum(
  inputs: readonly InputUnits[],
  { declared, mustSay = false, mayMix = false }: UnitSettings,
): { unit: string | undefined; note?: string } {
  const own = inputs.map(({ name, units }) => ({ name, units: units.length > 0 || !declared ? units : [declared] }));
  const all = new Set(own.flatMap(({ units }) => units));
  const silent = own.filter(({ units }) => units.length === 0).map(({ name }) => name);
  if (mustSay && silent.length > 0) {
    throw new InputError(
      `${silent[0]} has no unit: give --unit for all such inputs, or start the file with a line "# unit: us"`,
    );
  }
  if (all.size > 1) {
    const each = [...all].map((unit) => `${unit} in ${own.find(({ units }) => units.includes(unit))?.name}`);
    const what = each.join(', ');
    if (!mayMix) {
      throw new InputError(
        `different units: ${what}; fold both to one unit first (fold-merge --mix-units adds them anyway)`,
      );
    }
    return { unit: undefined, note: `different units were added: ${what}` };
  }
  const [unit] = all;
  if (unit !== undefined && silent.length > 0) {
    return { unit: undefined, note: `${silent[0]} has no unit; its counts were added to ${unit} of others` };
  }
  return { unit };
}
