import type { Writable } from 'node:stream';

/** Where lines are written to: a terminal, a file, a pipe, or a stream of a test. */
export type OutputStream = Writable & {
  readonly isTTY?: boolean;
  readonly columns?: number;
  readonly rows?: number;
};

export interface Screen {
  /** True where lines can be rewritten in place. */
  readonly interactive: boolean;
  /** Read anew at every line: a terminal can be resized. Infinity where nothing limits a line. */
  readonly columns: number;
  readonly rows: number;
}

const positive = (text: string | undefined): number | undefined => {
  const value = Number(text);
  return Number.isInteger(value) && value > 0 ? value : undefined;
};

/** What is known of the place that a stream writes to. `COLUMNS` gives a file or a pipe a width. */
export const screenOf = (stream: OutputStream, env: NodeJS.ProcessEnv): Screen => ({
  interactive: stream.isTTY === true && env.TERM !== 'dumb',
  get columns() {
    if (stream.isTTY) return stream.columns || 80;
    return positive(env.COLUMNS) ?? Number.POSITIVE_INFINITY;
  },
  get rows() {
    return stream.rows || 24;
  },
});
