// Words in lines: help, tables on a terminal and the answers of a report all wrap their sentences.

/** Lines of at most `columns` characters, cut between words; a longer word stays whole. */
export function wrapWords(words: readonly string[], columns: number): string[] {
  const lines: string[] = [];
  for (const word of words) {
    const last = lines.at(-1);
    const longer = last ? `${last} ${word}` : word;
    if (last === undefined || (last !== '' && longer.length > columns)) lines.push(word);
    else lines[lines.length - 1] = longer;
  }
  return lines;
}
