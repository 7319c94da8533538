// A strict reader for the XML that flame-svg writes: what it accepts, every XML 1.0 parser accepts.

const CHAR = /[^\t\n\r\x20-\ud7ff\ue000-\ufffd\u{10000}-\u{10ffff}]/u;
//             <?xml … ?>      <!-- … -->                      <![CDATA[ … ]]>
const TOKEN =
  /(<\?xml [^?]*\?>)|(<!--(?:(?!--)[\s\S])*-->)|<!\[CDATA\[([\s\S]*?)\]\]>|<(\/?)([a-zA-Z]+)((?: [a-zA-Z-]+="[^"<]*")*)(\/?)>|([^<]+)/y;
const REFERENCE = /&(?!(?:amp|lt|gt|quot);)/;

export interface Element {
  name: string;
  attributes: Record<string, string>;
  text: string;
  children: Element[];
}

/** The root element. Throws where the text is not well-formed, or uses what flame-svg never writes. */
export function parseXml(xml: string): Element {
  const bad = CHAR.exec(xml);
  if (bad) throw new Error(`character U+${bad[0].codePointAt(0)?.toString(16)} at ${bad.index}`);
  const root: Element = { name: '', attributes: {}, text: '', children: [] };
  const open = [root];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < xml.length) {
    const at = TOKEN.lastIndex;
    const token = TOKEN.exec(xml);
    if (!token) throw new Error(`not well-formed at ${at}: ${xml.slice(at, at + 60)}`);
    const [, declaration, , cdata, closing, name, attributes = '', empty, text] = token;
    const parent = open.at(-1) as Element;
    if (declaration !== undefined && at !== 0) throw new Error('a declaration inside');
    if (cdata !== undefined) parent.text += cdata;
    if (text !== undefined) {
      if (REFERENCE.test(text) || text.includes(']]>')) throw new Error(`unescaped: ${text}`);
      parent.text += unescaped(text);
    }
    if (name === undefined) continue;
    if (closing) {
      if (open.pop()?.name !== name) throw new Error(`</${name}> closes nothing at ${at}`);
      continue;
    }
    const element: Element = { name, attributes: attributesOf(attributes), text: '', children: [] };
    parent.children.push(element);
    if (!empty) open.push(element);
  }
  if (open.length !== 1 || root.children.length !== 1) throw new Error('unbalanced');
  return root.children[0] as Element;
}

function attributesOf(text: string): Record<string, string> {
  const found: Record<string, string> = {};
  for (const [, name = '', value = ''] of text.matchAll(/ ([a-zA-Z-]+)="([^"]*)"/g)) {
    if (name in found || REFERENCE.test(value)) throw new Error(`attribute ${name}`);
    found[name] = unescaped(value);
  }
  return found;
}

function unescaped(text: string): string {
  const values: Record<string, string> = { amp: '&', lt: '<', gt: '>', quot: '"' };
  return text.replace(/&(\w+);/g, (_, name: string) => values[name] as string);
}

/** The element and all below it. */
export function* elements(element: Element): Generator<Element> {
  yield element;
  for (const child of element.children) yield* elements(child);
}
