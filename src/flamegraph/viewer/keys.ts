// What keys do.

import type { App } from './app.ts';

/** Answers a key. Gives whether it did. */
export function onKey(app: App, { key, ctrlKey, metaKey, altKey, shiftKey }: KeyboardEvent, target: Element): boolean {
  const isField = target.localName === 'input';
  if (((ctrlKey || metaKey) && key === 'f') || key === 'F3' || (key === '/' && !isField)) {
    app.searchField.focus();
    app.searchField.select();
  } else if (key === 'Escape') app.back();
  else if (isField) {
    if (key !== 'Enter') return false;
    app.act(shiftKey ? 'previous' : 'next');
  } else if (ctrlKey || metaKey || altKey) return false;
  else {
    const act = app.model.texts.acts[key];
    if (act === undefined) return app.press(key);
    app.act(act);
  }
  return true;
}
