// index.html: a run on one page, with its tables and pictures, to be read offline from its folder.

export interface Page {
  title: string;
  /** what was recorded, by name */
  facts: readonly (readonly [string, string])[];
  /** sentences on top: what is wrong or partial */
  warnings: readonly string[];
  /** preformatted, above the pictures */
  tables: readonly { title: string; text: string }[];
  pictures: readonly { title: string; file: string; folded: string }[];
  /** sentences below the pictures */
  quality: readonly string[];
  /** a line each, folded away */
  commands: readonly string[];
}

const STYLE = `:root{color-scheme:light dark}body{font:15px/1.5 system-ui,sans-serif;max-width:1200px;margin:2rem auto;padding:0 1rem}
h1{font-size:1.5rem}h2{font-size:1.15rem;margin-top:2rem}pre{overflow-x:auto;padding:.75rem 1rem;background:#8881;border-radius:6px}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{opacity:.7}dd{margin:0;overflow-wrap:anywhere}
.warning{overflow-wrap:anywhere;padding:.5rem 1rem;border-left:4px solid #d80;background:#d801}summary{margin-top:2rem;font-size:1.15rem;font-weight:700;cursor:pointer}object{width:100%;border:1px solid #8884;border-radius:6px}`;

export function pageHtml({ title, facts, warnings, tables, pictures, quality, commands }: Page): string {
  const parts = [
    `<h1>${markupFree(title)}</h1>`,
    ...warnings.map((warning) => `<p class="warning">${markupFree(warning)}</p>`),
    `<dl>${facts.map(([name, value]) => `<dt>${markupFree(name)}</dt><dd>${markupFree(value)}</dd>`).join('\n')}</dl>`,
    ...tables.map(({ title, text }) => `<h2>${markupFree(title)}</h2>\n<pre>${markupFree(text)}</pre>`),
    ...pictures.map(
      ({ title, file, folded }) =>
        `<h2>${markupFree(title)}</h2>\n<object type="image/svg+xml" data="${file}" aria-label="${markupFree(title)}"></object>\n` +
        `<p><a href="${file}">${file}</a>, <a href="${folded}">${folded}</a></p>`,
    ),
    `<h2>How good the data is</h2>\n${quality.map((line) => `<p>${markupFree(line)}</p>`).join('\n')}`,
    `<details><summary>Commands</summary>\n<pre>${markupFree(commands.join('\n'))}</pre></details>`,
  ];
  return `<!DOCTYPE html>
<html lang="en"><head><meta charset="utf-8"><meta name="viewport" content="width=device-width">
<title>${markupFree(title)}</title><style>${STYLE}</style></head>
<body>
${parts.join('\n')}
</body></html>
`;
}

/** No name, however hostile, becomes markup. */
function markupFree(text: string): string {
  const entities: Record<string, string> = { '&': '&amp;', '<': '&lt;', '>': '&gt;', '"': '&quot;', "'": '&#39;' };
  return text.replace(/[&<>"']/g, (c) => entities[c] ?? c);
}
