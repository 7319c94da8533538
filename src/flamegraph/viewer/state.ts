// What is looked at, as one plain object, and as part of the address: `#zoom=main;run&search=malloc`. By names, so that a
// link holds for the next recording as well.

export const VIEWS = ['flame', 'functions', 'callers'] as const;
export const THEMES = ['system', 'light', 'dark'] as const;
/** '': as the recording asks for */
const SORTS = ['', 'total', 'self', 'name', 'change', 'selfchange'] as const;

export interface State {
  view: (typeof VIEWS)[number];
  /** the way to the frame that is as wide as the window */
  zoom: string[];
  search: string;
  /** functions left out with all that they call */
  hide: string[];
  /** the function whose callees are all that is shown; '': none */
  root: string;
  /** the function that callers and callees are shown of */
  of: string;
  /** the letter of the family of colours that stands out; '': none */
  only: string;
  /** upside down */
  flip: boolean;
  sort: (typeof SORTS)[number];
  theme: (typeof THEMES)[number];
}

export const START: State = {
  view: 'flame',
  zoom: [],
  search: '',
  hide: [],
  root: '',
  of: '',
  only: '',
  flip: false,
  sort: '',
  theme: 'system',
};

/** Changes the state; `isStep`: Back shall undo it. */
export type Go = (change: Partial<State>, isStep?: boolean) => void;

/** The state that an address tells. `scope`: what stands before the names of this picture's parts. */
export function stateOf(hash: string, scope: string): State {
  const parts = new Map<string, string>();
  for (const part of hash.replace(/^#/, '').split('&')) {
    const [name = '', ...value] = part.split('=');
    if (name.startsWith(scope)) parts.set(name.slice(scope.length), value.join('='));
  }
  const text = (name: string): string => decoded(parts.get(name) ?? '');
  const list = (name: string): string[] => (parts.get(name) ?? '').split(';').filter(Boolean).map(decoded);
  const one = <T extends string>(name: string, all: readonly T[], otherwise: T): T =>
    all.find((value) => value === parts.get(name)) ?? otherwise;
  return {
    view: one('view', VIEWS, START.view),
    zoom: list('zoom'),
    search: text('search'),
    hide: list('hide'),
    root: text('root'),
    of: text('of'),
    only: text('only'),
    flip: parts.has('flip'),
    sort: one('sort', SORTS, START.sort),
    theme: one('theme', THEMES, 'system'),
  };
}

/** The address of a state, with the parts of others in `hash` left as they are. */
export function hashOf(state: State, hash: string, scope: string): string {
  const own: string[] = [];
  for (const [name, value] of Object.entries(state) as [keyof State, State[keyof State]][]) {
    if (Array.isArray(value)) {
      if (value.length > 0) own.push(`${scope}${name}=${value.map(encodeURIComponent).join(';')}`);
    } else if (value !== START[name])
      own.push(`${scope}${name}${value === true ? '' : `=${encodeURIComponent(value)}`}`);
  }
  const names = Object.keys(START).map((name) => scope + name);
  const others = hash
    .replace(/^#/, '')
    .split('&')
    .filter((part) => part !== '' && !names.includes(part.split('=')[0] as string));
  return [...others, ...own].join('&');
}

function decoded(text: string): string {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
}
