// A session of psql that waits for run(), and stays open at the end of its file.

import { Child, endGroup } from '../system/children.ts';
import type { User } from '../system/run-sync.ts';

export interface SessionPlan {
  argv: readonly string[];
  /** the user that psql runs as; undefined: this user */
  user: User | undefined;
  output: string;
  errors: string;
  /** the server's process in a line of its output; is a line the end of the file? */
  backendIn(line: string): number | undefined;
  isEnd(line: string): boolean;
}

export class SqlSession {
  /** the server's process, by the id that the server sees; undefined: psql ended before it had one */
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

  /** Begins the file. */
  run(): void {
    this.#child.command('go');
  }

  /** Has the file run to its end? */
  get hasRun(): boolean {
    return this.#hasRun;
  }

  close(): Promise<void> {
    return endGroup(this.#child);
  }
}
