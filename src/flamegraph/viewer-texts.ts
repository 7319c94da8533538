// What the viewer needs besides its script, deflated beside the stacks: its style sheet, which applies in the picture's
// shadow only, and its list of keys.

const SHEET = `
.app{all:initial;box-sizing:border-box;display:flex;flex-direction:column;width:100%;height:100%;background:var(--paper);color:var(--ink);font:13px/1.4 var(--text);overflow:hidden;position:relative}
.app *{box-sizing:border-box}
.app [hidden]{display:none!important}
.head{padding:10px 16px 8px;border-bottom:1px solid var(--line);display:flex;flex-direction:column;gap:6px;flex:none}
.line{display:flex;flex-wrap:wrap;gap:4px 16px;align-items:baseline}
.title{font-size:18px;font-weight:600;margin:0;line-height:1.25;overflow-wrap:anywhere}
.facts,.sub{margin:0;overflow-wrap:anywhere}.soft,.facts{color:var(--soft)}
.warn{color:var(--accent);font-weight:600;margin:0}
.tools,.legend,.trail,.acts{display:flex;flex-wrap:wrap;gap:6px;align-items:center}
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
.chip{display:inline-block;width:12px;height:12px;border-radius:2px;border:1px solid rgba(128,128,128,.4)}
.trail{font-size:12.5px}.trail button{max-width:260px;overflow:hidden;text-overflow:ellipsis;min-height:24px;padding:0 7px}
.body,.callers{flex:1;min-height:0;display:flex;flex-direction:column}
.flame,.table{flex:1;min-height:0;overflow:auto;scrollbar-gutter:stable}
.flame{cursor:pointer}
.rows{display:block;flex:none;font-family:var(--frames);fill:var(--ink)}
.rows rect{stroke-width:0}.rows path{fill:none}.rows text{pointer-events:none}
.rows .up{opacity:.6}.rows .gone{fill-opacity:.3;stroke-width:1;stroke-dasharray:3 2}.rows .gone+text{text-decoration:line-through}
.rows .mark{font-size:10px;text-anchor:middle;fill:var(--soft)}
.rows rect.hit{fill:var(--hit)}.rows rect.hit+text{fill:#fff}.rows path.hit{stroke:var(--hit)}
.found-some .rows rect:not(.hit,.cursor),.found-some .rows path:not(.hit){opacity:.4}
.rows rect.cursor{fill:none;stroke:var(--ink);stroke-width:2;pointer-events:none}
.flame:focus-visible .cursor{stroke:var(--accent)}
.part{margin:0;padding:4px 16px;font-size:12.5px;font-weight:600;border-block:1px solid var(--line);background:var(--field);flex:none}
table{border-collapse:collapse;width:100%;font-size:13px}
th,td{padding:3px 10px;text-align:right;font-variant-numeric:tabular-nums;white-space:nowrap;border-bottom:1px solid color-mix(in srgb,var(--line) 35%,transparent)}
th:first-child,td:first-child{text-align:left;padding-left:16px;width:100%;max-width:0;overflow:hidden;text-overflow:ellipsis}
thead th{position:sticky;top:0;background:var(--paper);z-index:1}
th button{border:0;background:none;font-weight:600;padding:0 2px}
th[aria-sort] button::after{content:" \\25be"}th[aria-sort=ascending] button::after{content:" \\25b4"}
td .name{all:unset;cursor:pointer;font-family:var(--frames);white-space:nowrap}
td .name:focus-visible{outline:2px solid var(--accent)}
tr.on td{background:var(--field)}tr.pale td{color:var(--soft)}
.more{margin:10px 16px}
.panel{border-top:1px solid var(--line);padding:7px 16px;min-height:74px;flex:none;display:grid;grid-template-columns:1fr auto;gap:2px 16px;align-items:start}
.panel .name{font-family:var(--frames);font-weight:600;overflow-wrap:anywhere;max-height:3em;overflow:auto;user-select:text}
.panel .numbers{display:flex;flex-wrap:wrap;gap:0 14px;user-select:text}
.tip{position:absolute;pointer-events:none;max-width:min(560px,80%);background:var(--paper);border:1px solid var(--line);border-radius:5px;padding:3px 8px;font-size:12px;box-shadow:0 2px 8px rgba(0,0,0,.25);z-index:3;overflow-wrap:anywhere}
.help{position:absolute;inset:0;margin:auto;width:min(560px,94%);height:fit-content;max-height:90%;overflow:auto;background:var(--paper);border:1px solid var(--line);border-radius:8px;padding:14px 20px;z-index:4;box-shadow:0 8px 40px rgba(0,0,0,.35)}
.help h2{font-size:15px;margin:0 0 8px}.help dl{display:grid;grid-template-columns:auto 1fr;gap:3px 14px;margin:0 0 10px}.help dt{font-family:var(--frames)}.help dd{margin:0}
.sr{position:absolute;width:1px;height:1px;overflow:hidden;clip-path:inset(50%)}
.narrow input{flex:1;width:auto}.narrow .panel{grid-template-columns:1fr}.narrow .head{padding:8px 10px}.narrow .panel{padding:7px 10px;min-height:112px}
.narrow .legend{flex-wrap:nowrap;overflow-x:auto}.narrow button{min-height:32px}.narrow .wide{display:none}
@media (prefers-reduced-motion:no-preference){.flame.moves .rows{animation:come .12s ease-out}@keyframes come{from{opacity:.55}}}
`;

const KEYS: ViewerTexts['keys'] = [
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

export interface ViewerTexts {
  sheet: string;
  keys: readonly (readonly [keys: string, what: string])[];
}

export const VIEWER_TEXTS: ViewerTexts = { sheet: SHEET, keys: KEYS };
