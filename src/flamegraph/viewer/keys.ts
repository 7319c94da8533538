// What keys do.

import type { App } from './app.ts';
import { VIEWS } from './state.ts';

const LETTERS: Record<string, (app: App) => void> = {
  '1': (app) => app.showView(VIEWS[0]),
  '2': (app) => app.showView(VIEWS[1]),
  '3': (app) => app.showView(VIEWS[2]),
  '?': (app) => app.toggleHelp(),
  i: (app) => app.go({ flip: !app.state.flip }),
  t: (app) => app.nextTheme(),
  s: (app) => app.save(),
  n: (app) => app.nextMatch(1),
  N: (app) => app.nextMatch(-1),
  h: (app) => app.hide(),
  r: (app) => app.rootHere(),
  c: (app) => app.showView('callers'),
  y: (app) => app.copy('name'),
  Y: (app) => app.copy('stack'),
  Home: (app) => app.go({ zoom: [], view: 'flame' }),
  '+': (app) => app.zoomStep(true, undefined),
  '=': (app) => app.zoomStep(true, undefined),
  '-': (app) => app.zoomStep(false, undefined),
};

/** Answers a key. Gives whether it did. */
export function onKey(app: App, { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent, target: Element): boolean {
  const isField = target.localName === 'input';
  if (((ctrlKey || metaKey) && key === 'f') || key === 'F3' || (key === '/' && !isField)) {
    app.searchField.focus();
    app.searchField.select();
  } else if (key === 'Escape') app.back();
  else if (isField) {
    if (key !== 'Enter') return false;
    app.nextMatch(shiftKey ? -1 : 1);
  } else if (ctrlKey || metaKey || altKey) return false;
  else if (LETTERS[key]) LETTERS[key](app);
  else return app.state.view === 'flame' && target === app.flame.element && app.move(key);
  return true;
}
