// The picture as a page of its own, which phones show at their width.

import { escapeXml, shown } from './display.ts';

/** The SVG text, wrapped. */
export function* pageText(title: string, svg: Iterable<string | Uint8Array>): Generator<string | Uint8Array> {
  yield '<!doctype html>\n<html lang="en" class="flamepipe-page">\n<head>\n<meta charset="utf-8">\n';
  yield '<meta name="viewport" content="width=device-width,initial-scale=1">\n<meta name="color-scheme" content="light dark">\n';
  yield `<title>${escapeXml(shown(title))}</title>\n<style>body{margin:0}</style>\n</head>\n<body>\n`;
  for (const part of svg) yield typeof part === 'string' ? part.replace(/^<\?xml[^>]*\?>\n/, '') : part;
  yield '</body>\n</html>\n';
}
