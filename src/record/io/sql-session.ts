// A session of psql that waits for the word to go on, and stays open at the end of its file.

import { Child, endGroup } from './children.ts';
import type { User } from './run-sync.ts';

export interface SessionPlan {
  argv: readonly string[];
  /** as whom psql runs, if not as this user */
  user: User | undefined;
  output: string;
  errors: string;
  /** what a line of its output tells: the server's process; the end of the file */
  backendIn(line: string): number | undefined;
  isEnd(line: string): boolean;
}

export class SqlSession {
  /** the server's process, by the server's own count; undefined: it ended before it had one */
  readonly backend: Promise<number | undefined>;
  #hasRun = false;
  readonly #child: Child;

  constructor({ backendIn, isEnd, ...start }: SessionPlan) {
    let tell: (pid: number | undefined) => void;
    this.backend = new Promise((resolve) => {
      tell = resolve;
    });
    const onLine = (line: string): void => {
      const pid = backendIn(line);
      if (pid !== undefined) tell(pid);
      if (isEnd(line)) this.#hasRun = true;
    };
    this.#child = new Child({ ...start, onLine, takesCommands: true });
    this.#child.ended.then(() => tell(undefined));
  }

  /** The file begins. */
  run(): void {
    this.#child.command('go');
  }

  /** Has the file been run? */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  close(): Promise<void> {
    return endGroup(this.#child);
  }
}
