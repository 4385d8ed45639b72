/** What one look at the way from Codex to the upstream has found. */
export interface Step {
  readonly name: string;
  readonly state: 'ok' | 'warning' | 'failed' | 'skipped';
  /** What was found, in a few words. */
  readonly message: string;
  /** What to do about it. */
  readonly remedy?: string;
  /** How long the step took. */
  readonly ms?: number;
}
