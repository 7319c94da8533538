// The look of index.html. All colours are variables, so that each pair of words and paper has one place.

import { WAITS } from '../../flamegraph/colours/waits.ts';

const PARTS: readonly (readonly [letter: string, light: string, dark: string])[] = [
  ['r', '#d9702b', '#d9702b'],
  ...WAITS.map(({ letter, light, dark }) => [letter, light[1] ?? '#888888', dark[1] ?? '#888888'] as const),
  // between what is blocked and what idles, and like neither
  ['q', '#d9d2a0', '#6a6434'],
  ['n', '#b6bcc4', '#5b6470'],
];

/** The colour of a part of the split, if no style sheet sets it. */
export function partColour(letter: string): string {
  return PARTS.find(([known]) => known === letter)?.[1] ?? '#888888';
}

const LIGHT =
  '--paper:#fff;--ink:#1f2328;--soft:#59636e;--line:#d1d9e0;--field:#f6f8fa;--accent:#0b62c4;--good:#1a7f37;--fair:#9a5b00;--poor:#c62828';
const DARK =
  '--paper:#15181d;--ink:#eceef1;--soft:#9da5b0;--line:#3a424d;--field:#20252c;--accent:#6cb0ff;--good:#5fce7c;--fair:#f0b455;--poor:#ff8f86';

export const PAGE_STYLE = `:root{color-scheme:light dark;${LIGHT}}
@media (prefers-color-scheme:dark){:root{${DARK}}${PARTS.map(([letter, , dark]) => `.part-${letter}{fill:${dark}}`).join('')}}
*{box-sizing:border-box}
body{font:15px/1.5 system-ui,-apple-system,"Segoe UI",Roboto,"Liberation Sans",Arial,sans-serif;margin:0;color:var(--ink);background:var(--paper)}
header,main,footer{max-width:1240px;margin:0 auto;padding:0 20px}
header{padding-top:20px}
h1{font-size:1.45rem;line-height:1.25;margin:0;overflow-wrap:anywhere}
h2{font-size:1.1rem;margin:0 0 .5rem}
h3{font-size:1rem;margin:1.2rem 0 .4rem}
p{margin:.3rem 0}
a{color:var(--accent)}
code,pre,.name{font-family:ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono",monospace;font-size:.9em}
.name{overflow-wrap:anywhere}
.soft{color:var(--soft)}
.about{color:var(--soft);margin:.25rem 0 0;overflow-wrap:anywhere}
nav{display:flex;flex-wrap:wrap;gap:.2rem 1rem;margin:.6rem 0 0}
.warning{margin:.8rem 0 0;padding:.5rem .9rem;border-left:4px solid var(--fair);background:var(--field);overflow-wrap:anywhere}
.answers{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,470px),1fr));gap:14px;margin:16px 0 28px}
.answers>div{display:grid;gap:14px;min-width:0}
.answers .card{margin:0}
.card{border:1px solid var(--line);border-radius:8px;padding:14px 16px;min-width:0}
.wide{grid-column:1/-1}
.bar{display:block;width:100%;height:26px;border-radius:4px}
.legend{list-style:none;margin:.6rem 0 0;padding:0;display:grid;grid-template-columns:repeat(auto-fill,minmax(min(100%,330px),1fr));gap:.1rem 1.2rem}
.legend li{display:flex;gap:.5rem;align-items:baseline}
.legend svg{width:11px;height:11px;flex:none}
.legend b{margin-left:auto;font-variant-numeric:tabular-nums;font-weight:600;white-space:nowrap}
ol.ranked{list-style:none;margin:0;padding:0}
ol.ranked li{display:grid;grid-template-columns:5.1rem 1fr;gap:.1rem .6rem;padding:.35rem 0;border-top:1px solid var(--line)}
ol.ranked li:first-child{border-top:0;padding-top:0}
ol.ranked b{font-variant-numeric:tabular-nums;font-size:1.1rem;white-space:nowrap}
ol.ranked div{min-width:0;overflow-wrap:anywhere}
.grade{font-weight:600}
.good .grade,.level-good{color:var(--good)}.fair .grade,.level-fair{color:var(--fair)}.poor .grade,.level-poor{color:var(--poor)}
ul.points{list-style:none;margin:.4rem 0 0;padding:0;display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,470px),1fr));gap:0 1.6rem}
ul.points li{padding:.15rem 0 .15rem 1.3rem;position:relative}
ul.points .mark{position:absolute;left:0;font-weight:700}
ul.points code{overflow-wrap:anywhere}
section{margin:0 0 30px}
.scroll{overflow-x:auto;margin:.3rem 0;border:1px solid var(--line);border-radius:6px}
.scroll:focus-visible,a:focus-visible,summary:focus-visible,th button:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
table{border-collapse:collapse;width:100%;font-variant-numeric:tabular-nums}
caption{text-align:left;padding:.5rem .7rem;font-weight:600;border-bottom:1px solid var(--line)}
th,td{padding:.22rem .55rem;text-align:right;white-space:nowrap;vertical-align:top;width:1%}
thead th{color:var(--soft);font-weight:600;border-bottom:1px solid var(--line)}
tbody tr:nth-child(even){background:var(--field)}
tr.group th{text-align:left;padding-top:.6rem;color:var(--soft);font-weight:600;background:var(--paper)}
th button{font:inherit;color:inherit;background:none;border:0;padding:0;cursor:pointer;text-align:inherit}
th button:hover{color:var(--ink)}
th[aria-sort] button::after{content:"\\2009▾";content:"\\2009▾"/""}
th[aria-sort=ascending] button::after{content:"\\2009▴";content:"\\2009▴"/""}
th.text,td.text,th.name,td.name{text-align:left}
td.name{white-space:normal;overflow-wrap:anywhere;min-width:12rem}
th.name,td.name{width:auto}th.name{font:inherit;font-weight:600;white-space:normal}
.pair{display:grid;grid-template-columns:repeat(auto-fit,minmax(min(100%,500px),1fr));gap:0 14px;align-items:start}
.pair>*{min-width:0}
pre{overflow-x:auto;margin:.3rem 0;padding:.7rem .9rem;background:var(--field);border:1px solid var(--line);border-radius:6px}
summary{cursor:pointer;font-weight:600;padding:.2rem 0}
details{margin:.6rem 0}
figure{margin:0 0 26px;border:1px solid var(--line);border-radius:8px;overflow:hidden}
figcaption{padding:.5rem .9rem;border-bottom:1px solid var(--line);font-weight:600}
figure svg{display:block}
dl{display:grid;grid-template-columns:max-content 1fr;gap:.15rem 1rem}dt{color:var(--soft)}dd{margin:0;overflow-wrap:anywhere;min-width:0}
footer{color:var(--soft);padding-bottom:30px}
@media (max-width:640px){header,main,footer{padding-left:12px;padding-right:12px}.card{padding:12px}dl{grid-template-columns:1fr}dd{margin-bottom:.4rem}}
@media print{.card,tr{break-inside:avoid}nav{display:none}.scroll,pre{overflow:visible;white-space:pre-wrap}}
`;
