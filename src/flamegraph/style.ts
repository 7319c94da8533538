// The style sheet of the picture: light, and dark where the reader's surroundings are dark.

import { type Family, familyCss, luminance } from './colours.ts';
import type { Settings } from './settings.ts';

export const SANS = 'system-ui,-apple-system,"Segoe UI",Roboto,"Helvetica Neue","Liberation Sans",Arial,sans-serif';
export const MONO = 'ui-monospace,"SF Mono",Menlo,Consolas,"Liberation Mono","DejaVu Sans Mono",monospace';

interface Scheme {
  paper: string;
  ink: string;
  soft: string;
  line: string;
  field: string;
  accent: string;
  hit: string;
  all: string;
}

const LIGHT: Scheme = {
  paper: '#ffffff',
  ink: '#1f2328',
  soft: '#59636e',
  line: '#d1d9e0',
  field: '#f6f8fa',
  accent: '#0b62c4',
  hit: '#d63aa8',
  all: '#e3e6ea',
};
const DARK: Scheme = {
  paper: '#15181d',
  ink: '#e8eaed',
  soft: '#9da5b0',
  line: '#3a414b',
  field: '#20252c',
  accent: '#6cb0ff',
  hit: '#c02d93',
  all: '#2f353d',
};

/** What vanished is an outline, its name struck out. */
const GONE_CSS =
  'svg rect.gone{fill-opacity:.3;stroke-width:1;stroke-dasharray:3 2}.f .gone+text{text-decoration:line-through}';

interface Drawn {
  families: readonly Family[];
  /** boxes are light in dark surroundings as well */
  darkInk: boolean;
  /** a comparison */
  isDiff: boolean;
}

/** CSS for what is drawn. */
export function styleSheet(settings: Settings, { families, darkInk, isDiff }: Drawn): string {
  const schemeCss = (scheme: Scheme, variant: 'light' | 'dark'): string => {
    const label = variant === 'light' || darkInk ? LIGHT.ink : scheme.ink;
    const boxes = families.map((family) => familyCss(family, variant)).join('');
    return headCss(scheme) + boxCss(scheme, label) + boxes + (settings.script ? viewerCss(scheme) : '');
  };
  const base =
    '.f rect,.legend rect{stroke-width:0;rx:1.5px}.f text{pointer-events:none}' +
    `${isDiff ? GONE_CSS : ''}` +
    `.f path{fill:none;stroke-width:${settings.frameHeight - 1}}${settings.script ? BAR_CSS : ''}`;
  const { background } = settings;
  if (background === undefined) {
    return `${base}${schemeCss(LIGHT, 'light')}@media (prefers-color-scheme:dark){${schemeCss(DARK, 'dark')}}`;
  }
  const isLight = luminance(background) > 0.3;
  return base + schemeCss({ ...(isLight ? LIGHT : DARK), paper: background }, isLight ? 'light' : 'dark');
}

function headCss(s: Scheme): string {
  return `svg:root{background:${s.paper}}.paper{fill:${s.paper}}text{fill:${s.ink}}.soft{fill:${s.soft}}.warn{fill:${s.accent}}`;
}

function boxCss(s: Scheme, label: string): string {
  return `.f text{fill:${label}}.r{fill:${s.all};stroke:${s.all}}.f .r+text{fill:${s.ink}}`;
}

/** For what the script adds. */
function viewerCss(s: Scheme): string {
  return (
    `.bar{background:${s.paper};color:${s.ink};border-color:${s.line}}` +
    `.bar input,.bar button{background:${s.field};color:${s.ink};border-color:${s.line}}` +
    `.bar :focus-visible{outline:2px solid ${s.accent}}.bar .soft{color:${s.soft}}.bar .bad{color:${s.hit}}` +
    `.f .hit{fill:${s.hit};stroke:${s.hit}}.f .hit+text{fill:#fff}` +
    `.cursor{stroke:${s.ink}}.focus:focus-visible .cursor{stroke:${s.accent}}`
  );
}

/** The layout of the script's bar: the same in both schemes. */
const BAR_CSS =
  '.bar{box-sizing:border-box;height:100%;display:flex;flex-wrap:wrap;align-content:center;align-items:center;' +
  'gap:6px 8px;padding:0 16px;font-size:13px;border-style:solid;border-width:0 0 1px}' +
  '.bar .says{flex:1;min-width:0;overflow:hidden;white-space:nowrap;text-overflow:ellipsis}' +
  '.bar .heading{margin-right:10px}.bar .heading[hidden]{display:none}.bar .found{white-space:nowrap}' +
  '.bar input,.bar button{font:inherit;height:26px;box-sizing:border-box;padding:0 8px;border-style:solid;' +
  'border-width:1px;border-radius:5px}.bar input{width:clamp(110px,22vw,260px)}.bar button{cursor:pointer}' +
  '.bar button:disabled{opacity:.45;cursor:default}.narrow .says{flex:1 0 100%}.narrow input{flex:1}' +
  '.cursor{fill:none;stroke-width:1.5;pointer-events:none}.up{opacity:.55}.focus{outline:none;cursor:pointer}' +
  '.searched .f>*>:not(.hit,text){opacity:.5}';
