// The list of keys.

import { button, html } from './dom.ts';

export function helpOf(keys: readonly (readonly [string, string])[], close: () => void): HTMLElement {
  const list = html('dl');
  for (const [key, what] of keys) list.append(html('dt', {}, key), html('dd', {}, what));
  return html(
    'div',
    { class: 'help', role: 'dialog', 'aria-modal': 'true', 'aria-label': 'Keys', tabindex: -1 },
    html('h2', {}, 'Keys'),
    list,
    html('p', { class: 'soft' }, 'Back and forward of the browser undo and redo. The address is a link to this view.'),
    button('Close', 'Close (Esc)', close),
  );
}
