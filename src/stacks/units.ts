// Units: what counts are of. Folded text does not say it, but for those that were asked to: `# unit: us`.

import { InputError } from '../engine/errors.ts';

/** An input and the units that its text says, each once. */
export interface Said {
  name: string;
  units: readonly string[];
}

export interface UnitSettings {
  /** the unit of inputs that do not say theirs */
  declared: string | undefined;
  /** each input has to have one */
  mustSay: boolean;
  /** different ones are no mistake */
  mayMix: boolean;
}

/**
 * The unit of the sum of all inputs; undefined: not known. `note`: what the user should know of it. Throws InputError
 * where the inputs can't be added up.
 */
export function unitOfSum(
  inputs: readonly Said[],
  { declared, mustSay, mayMix }: UnitSettings,
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
    const what = `${each.join(', ')}`;
    if (!mayMix)
      throw new InputError(`different units: ${what}; convert them to one, or add them anyway with --mix-units`);
    return { unit: undefined, note: `different units were added: ${what}` };
  }
  const [unit] = all;
  if (unit !== undefined && silent.length > 0) {
    return { unit: undefined, note: `${silent[0]} has no unit; its counts were added to ${unit} of others` };
  }
  return { unit };
}
