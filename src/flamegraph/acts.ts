// What one can do in the viewer, and what it needs besides its script.

/** What buttons and keys do. */
export type Act =
  | 'flame'
  | 'functions'
  | 'callers'
  | 'previous'
  | 'next'
  | 'flip'
  | 'theme'
  | 'save'
  | 'help'
  | 'copyName'
  | 'copyStack'
  | 'hide'
  | 'root'
  | 'all'
  | 'closer'
  | 'away';

/** Lies deflated beside the stacks; see viewer-texts.ts. */
export interface ViewerTexts {
  sheet: string;
  /** XHTML */
  page: string;
  /** by key */
  acts: Readonly<Record<string, Act>>;
}
