/** What could not be written and was given up since the start. */
export interface Losses {
  lines: number;
  bodies: number;
}
