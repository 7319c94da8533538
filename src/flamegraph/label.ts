// The label in a box: as much of the name as fits.

const LEAST = 3;
const WIDE =
  /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|[\ud83c-\ud83e]./g;

/**
 * As much of a name as fits into `columns`; '' when nothing useful does. A path (`a::b::c`) gives up its front first,
 * because its end tells more: `…b::c`. Any other name gives up its end: `name…`.
 */
export function label(name: string, columns: number): string {
  const room = Math.floor(columns);
  if (room < LEAST) return '';
  if (name.length <= room && columnsOf(name) <= room) return name;
  let from = 0;
  for (let next = afterSeparator(name, 0); next > 0; next = afterSeparator(name, next)) {
    from = next;
    if (columnsOf(name.slice(from)) < room) return `…${name.slice(from)}`;
  }
  return cut(name.slice(from), room);
}

/** Where the path goes on after the next `::` that stands outside all brackets; 0 when there is none. */
function afterSeparator(name: string, start: number): number {
  if (!name.includes('::', start)) return 0;
  let depth = 0;
  for (let at = start; at < name.length - 2; at++) {
    const char = name[at] as string;
    if ('<([{'.includes(char)) depth++;
    else if ('>)]}'.includes(char) && depth > 0) depth--;
    else if (char === ':' && depth === 0 && name[at + 1] === ':') return at + 2;
  }
  return 0;
}

function cut(name: string, room: number): string {
  if (columnsOf(name) <= room) return name;
  let columns = 0;
  let out = '';
  for (const char of name) {
    columns += columnsOf(char);
    if (columns >= room) break;
    out += char;
  }
  return `${out}…`;
}

/** Columns in a fixed-width font: letters of East Asia and emoji take two. */
function columnsOf(text: string): number {
  return text.length + (text.match(WIDE)?.filter((char) => char.length === 1).length ?? 0);
}
