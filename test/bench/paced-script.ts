/** What the paced upstream answers from now on. */
export interface PacedScript {
  /** Deltas of each stream; it may be told to end them before. */
  readonly deltas: number;
  /** Between two events of a stream; the first event comes at once. 0: all others come together. */
  readonly everyMs: number;
}

/** What it says of itself. */
export interface PacedState {
  /** Streams that are under way. */
  readonly open: number;
  /** Events written since it started. */
  readonly sent: number;
}
