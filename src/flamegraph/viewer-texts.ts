// What the viewer needs besides its script: its page, a style sheet, which applies in the picture's shadow only, and
// its keys. The picture carries them deflated beside the stacks.

import type { Act, ViewerTexts } from './acts.ts';
import { escapeXml, shown } from './display.ts';
import type { Words } from './head.ts';
import type { PictureSettings } from './settings.ts';

const SHEET = `
.app{all:initial;box-sizing:border-box;display:flex;flex-direction:column;width:100%;height:100%;background:var(--paper);color:var(--ink);font:13px/1.4 var(--text);overflow:hidden;position:relative}
.app *{box-sizing:border-box}
.app [hidden],.legend:empty,.trail:empty{display:none!important}
.head{padding:10px 16px 8px;border-bottom:1px solid var(--line);display:flex;flex-direction:column;gap:6px;flex:none}
.line{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline}
.title{font-size:18px;font-weight:600;margin:0;line-height:1.25;overflow-wrap:anywhere}
.facts,.sub{margin:0;overflow-wrap:anywhere}.soft,.facts{color:var(--soft)}
.warn{color:var(--accent);font-weight:600;margin:0}
.tools,.step,.legend,.trail,.acts{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
.push{flex:1}
button,input{font:inherit;color:var(--ink);background:var(--field);border:1px solid var(--line);border-radius:5px;min-height:26px;padding:1px 9px;margin:0}
button{cursor:pointer;white-space:nowrap}
button:hover:not(:disabled){border-color:var(--accent)}
button:disabled{color:var(--soft);cursor:default}
button[aria-pressed=true],button[aria-current=page]{border-color:var(--accent);box-shadow:inset 0 0 0 1px var(--accent)}
:focus-visible{outline:2px solid var(--accent);outline-offset:1px}
input{width:clamp(120px,20vw,260px)}
.views{display:flex}.views button{border-radius:0;margin-left:-1px}.views button:first-child{border-radius:5px 0 0 5px;margin:0}.views button:last-child{border-radius:0 5px 5px 0}
.found{min-width:0;color:var(--ink)}.bad{color:var(--hit)}
.app.dark .bad{color:var(--accent)}
.legend button{border-color:transparent;background:none;padding:0 6px;min-height:24px;display:inline-flex;gap:5px;align-items:center}
.legend button[aria-pressed=true]{border-color:var(--accent)}
.legend span{flex:none;white-space:nowrap}
.chip{display:inline-block;width:12px;height:12px;border-radius:2px;border:1px solid rgba(128,128,128,.4)}
.trail{font-size:12.5px}.trail button{max-width:260px;overflow:hidden;text-overflow:ellipsis;min-height:24px;padding:0 7px}
.body,.callers{flex:1;min-height:0;display:flex;flex-direction:column}
.flame,.table{flex:1;min-height:0;overflow:auto;scrollbar-gutter:stable}
.flame{cursor:pointer}
.rows{display:block;flex:none;font-family:var(--frames);fill:var(--ink)}
.rows rect{stroke-width:0}.rows path{fill:none!important}.rows text{pointer-events:none}
.rows .up{opacity:.6}.rows .gone{fill-opacity:.3;stroke-width:1;stroke-dasharray:3 2}.rows .gone+text{text-decoration:line-through}
.rows .mark{font-size:10px;text-anchor:middle;fill:var(--soft)}
.rows rect.hit{fill:var(--hit)}.rows rect.hit+text{fill:#fff}.rows path.hit{stroke:var(--hit)}
.found-some .rows rect:not(.hit,.cursor),.found-some .rows path:not(.hit){opacity:.4}
.rows rect.cursor{fill:none;stroke:var(--ink);stroke-width:2;pointer-events:none}
.flame:focus-visible .cursor{stroke:var(--accent)}
.callers .up{flex:0 1 auto;max-height:50%}
td .chip{margin-right:6px;width:9px;height:9px}
.part{margin:0;padding:4px 16px;font-size:12.5px;font-weight:600;border-block:1px solid var(--line);background:var(--field);flex:none}
table{border-collapse:collapse;width:100%;font-size:13px}
caption{text-align:left;padding:6px 16px 0;color:var(--soft)}
th,td{padding:3px 10px;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;border-bottom:1px solid color-mix(in srgb,var(--line) 35%,transparent)}
th:first-child,td:first-child{text-align:left;padding-left:16px;width:100%;min-width:220px;max-width:0;overflow:hidden;text-overflow:ellipsis;position:sticky;left:0;background:var(--paper);z-index:1}
thead th{position:sticky;top:0;background:var(--paper);z-index:1}thead th:first-child{z-index:2}
th button{border:0;background:none;font-weight:600;padding:0 2px}
th[aria-sort] button::after{content:" \\25be"}th[aria-sort=ascending] button::after{content:" \\25b4"}
td .name{all:unset;cursor:pointer;font-family:var(--frames);white-space:nowrap;display:inline-block;max-width:calc(100% - 16px);overflow:hidden;text-overflow:ellipsis;vertical-align:top}
td .name:focus-visible{outline:2px solid var(--accent)}
tr.on td{background:var(--field)}tr.pale td{color:var(--soft)}
.more{margin:10px 16px}
.panel{border-top:1px solid var(--line);padding:7px 16px;min-height:74px;flex:none;display:grid;grid-template-columns:1fr auto;gap:2px 16px;align-items:start}
.panel .name{font-family:var(--frames);font-weight:600;overflow-wrap:anywhere;max-height:3em;overflow:auto;user-select:text}
.panel .numbers{display:flex;flex-wrap:wrap;gap:0 14px;user-select:text}
.tip{position:absolute;pointer-events:none;max-height:40%;overflow:hidden;max-width:min(560px,80%);background:var(--paper);border:1px solid var(--line);border-radius:5px;padding:3px 8px;font-size:12px;box-shadow:0 2px 8px rgba(0,0,0,.25);z-index:3;overflow-wrap:anywhere}
.help{position:absolute;inset:0;margin:auto;width:min(560px,94%);height:fit-content;max-height:90%;overflow:auto;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:14px 20px;z-index:4;box-shadow:0 8px 40px rgba(0,0,0,.35)}
.help h2{font-size:15px;margin:0 0 8px}.help dl{display:grid;grid-template-columns:auto 1fr;gap:3px 14px;margin:0 0 10px}.help dt{font-family:var(--frames)}.help dd{margin:0}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.narrow input{flex:1;width:auto}.narrow .panel{grid-template-columns:1fr}.narrow .head{padding:8px 10px}.narrow .panel{padding:7px 10px;min-height:112px}
.narrow .legend{flex-wrap:nowrap;overflow-x:auto}.narrow button{min-height:32px}.narrow .wide{display:none}
.narrow th:first-child,.narrow td:first-child{min-width:56vw;max-width:none;white-space:normal;overflow-wrap:anywhere;padding-left:10px}
.narrow td .name{white-space:normal}
.app.paper{height:auto;print-color-adjust:exact}.paper :is(.views,.step,.acts,.tip,.help,.more,[data-act],input:placeholder-shown){display:none!important}
.paper .panel{min-height:0}.paper .panel:has(.acts[hidden]){display:none}.paper :is(th,td){position:static!important}.paper :is(.body,.callers,.callers .up){flex:none;max-height:none}.paper :is(.flame,.table){flex:none;overflow:hidden}.paper .flame{max-height:1500px}
@media (forced-colors:active){.chip{forced-color-adjust:none}button[aria-pressed=true],button[aria-current=page]{outline:3px solid Highlight}}
@media (max-height:500px){.legend{flex-wrap:nowrap;overflow-x:auto}.head{gap:3px;padding-block:4px}.panel{min-height:0}}
`;

const ACTS: Readonly<Record<string, Act>> = {
  1: 'flame',
  2: 'functions',
  3: 'callers',
  '?': 'help',
  i: 'flip',
  t: 'theme',
  s: 'save',
  n: 'next',
  N: 'previous',
  h: 'hide',
  r: 'root',
  c: 'callers',
  y: 'copyName',
  Y: 'copyStack',
  Home: 'all',
  '+': 'closer',
  '=': 'closer',
  '-': 'away',
};

/** The list that `?` shows. */
const KEYS: readonly (readonly [keys: string, what: string])[] = [
  ['click, Enter', 'zoom into a frame'],
  ['right-click, arrows', 'select a frame without zooming'],
  ['Ctrl-wheel, pinch, + -', 'zoom in and out'],
  ['Esc', 'undo the last of search, zoom, root, hiding'],
  ['Home', 'zoom out to all'],
  ['1 2 3', 'flame, functions, callers and callees'],
  ['Ctrl-F, /', 'search: a part of the name, or /regexp/'],
  ['Enter, Shift-Enter', 'in the search: next and previous match'],
  ['h', 'hide a function and all that it calls'],
  ['r', 'root here: only what it calls, over all its places'],
  ['c', 'its callers and callees'],
  ['y, Y', 'copy the name, the whole stack'],
  ['i', 'turn upside down'],
  ['t', 'light, dark, or as the system is'],
  ['s', 'save the folded stacks'],
  ['?', 'this list'],
];

/** A button; an icon is read out as what it does. */
function button(act: Act, text: string, title: string): string {
  const label = text.length === 1 ? ` aria-label="${title}"` : '';
  return `<button type="button" data-act="${act}" title="${title}"${label}>${text}</button>`;
}

const HINT =
  'Click or tap a frame to zoom in; right-click, press longer or use the arrow keys to select it; ? lists all keys.';

const VIEWS = [
  button('flame', 'Flame', 'Flame graph (1)'),
  button('functions', 'Functions', 'Table of functions (2)'),
  button('callers', 'Callers', 'Callers and callees (3)'),
];
const STEPS = [button('previous', '‹', 'Previous match (Shift-Enter)'), button('next', '›', 'Next match (Enter)')];
const TOOLS = [
  button('flip', '⇅', 'Turn upside down (i)'),
  button('theme', '◐', 'Colours (t)'),
  button('save', 'Save', 'Save the folded stacks (s)'),
  button('help', '?', 'Keys (?)'),
];
const PANEL = [
  button('copyName', 'Copy name', 'Copy the name (y)'),
  button('copyStack', 'Copy stack', 'Copy the whole stack (Y)'),
  button('hide', 'Hide', 'Leave out this function and all it calls (h)'),
  button('root', 'Root here', 'Show only what this function calls, over all its places (r)'),
  button('callers', 'Callers', 'Show its callers and callees (c)'),
];

export function viewerTexts({ title, subtitle }: PictureSettings, { facts, warning }: Words): ViewerTexts {
  const line = (name: string, text: string): string =>
    text === '' ? '' : `<p class="${name}">${escapeXml(shown(text))}</p>`;
  const keys = KEYS.map(([key, what]) => `<dt>${key}</dt><dd>${what}</dd>`);
  const page = `<div xmlns="http://www.w3.org/1999/xhtml" class="app">
<div class="head">
<div class="line"><div class="title" role="heading" aria-level="1">${escapeXml(shown(title))}</div>${line('sub', subtitle)}${line('facts', facts)}${line('warn', warning)}</div>
<div class="tools"><div class="views" role="group" aria-label="Views">${VIEWS.join('')}</div><input type="search" placeholder="Search, or /regexp/" aria-label="Search functions" spellcheck="false"/><span class="step">${STEPS.join('')}</span><span class="found" role="status"></span><span class="push"></span>${TOOLS.join('')}</div>
<div class="legend" role="group" aria-label="Legend"></div>
<div class="trail" role="group" aria-label="Zoom and hidden functions"></div>
</div>
<div class="body"></div>
<div class="panel"><div><div class="name"></div><div class="numbers soft">${HINT}</div></div><div class="acts">${PANEL.join('')}</div><div class="sr" role="status"></div></div>
<div class="tip" hidden=""></div>
<div class="help" role="dialog" aria-modal="true" aria-label="Keys" tabindex="-1" hidden=""><h2>Keys</h2><dl>${keys.join('')}</dl><p class="soft">Back and forward of the browser undo and redo. The address is a link to this view.</p><button type="button" data-act="help" title="Close (Esc)">Close</button></div>
</div>`;
  return { sheet: SHEET, page, acts: ACTS };
}
