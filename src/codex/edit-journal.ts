import type { OwnedSetting } from './plan-edit.ts';
import type { TextSplice } from './splice-text.ts';

/** One run's change of a file: enough to take it back to the byte while nobody else has written there. */
export interface EditStep {
  /** SHA-256 (hex) of the text that the step left. */
  readonly textHash: string;
  readonly splices: readonly TextSplice[];
}

/** Everything that this program has done to one configuration file and not taken back. */
export interface ConfigEdit {
  readonly id: string;
  /** Absolute path, as Codex opens it. */
  readonly file: string;
  /** ISO 8601, UTC: the last run. */
  readonly editedAt: string;
  /** True where there was no such file before. */
  readonly created: boolean;
  /** The copies that were made of it, oldest first. */
  readonly backups: readonly string[];
  readonly owned: readonly OwnedSetting[];
  /** Oldest first. */
  readonly steps: readonly EditStep[];
}

/** Where edits are remembered. It outlives the process, and holds at most one edit of a file. */
export interface EditJournal {
  list(): Promise<readonly ConfigEdit[]>;
  /** Replaces what is there under the same id. */
  add(edit: ConfigEdit): Promise<void>;
  /** Does nothing where there is none. */
  remove(id: string): Promise<void>;
}
