// How a frame name is shown: as text that any XML reader takes and that nobody can be deceived by.

import { unmarked } from '../stacks/marks.ts';

// C0 and C1 controls, DEL, what turns the writing direction, what Unicode has reserved; lone surrogates, with /u
const UNSAFE = /[\0-\x1f\x7f-\x9f\u200e\u200f\u2028-\u202e\u2066-\u2069\ufdd0-\ufdef\ufffe\uffff]|\p{Cs}/gu;

/** The text with what can't be shown, or not be written in XML 1.0, replaced by something that can: ␛ for ESC, else �. */
export function shown(text: string): string {
  return text.replace(UNSAFE, (char) => {
    const code = char.charCodeAt(0);
    return code < 0x20 ? String.fromCharCode(0x2400 + code) : code === 0x7f ? '\u2421' : '\ufffd';
  });
}

/** A name as people read it: without the mark that says what kind of code it is. */
export function shownName(text: string): string {
  return shown(unmarked(text)) || '(no name)';
}

const ESCAPES: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;' };

/** A shown text as XML content or attribute value. */
export function escapeXml(text: string): string {
  return /[&<>"]/.test(text) ? text.replace(/[&<>"]/g, (char) => ESCAPES[char] as string) : text;
}
