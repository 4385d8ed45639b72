import { isObject } from '../../base/json-object.ts';
import type { TextSplice } from '../toml/splice-text.ts';
import type { OwnedSetting } from './plan-edit.ts';

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
  /** True if there was no such file before. */
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

/** The edit of a file that the journal holds; what an older or newer version wrote otherwise is passed over. */
export const findEdit = async (journal: EditJournal, file: string): Promise<ConfigEdit | undefined> =>
  (await listEdits(journal)).find((edit) => edit.file === file);

/** Every edit that this version understands. */
export const listEdits = async (journal: EditJournal): Promise<readonly ConfigEdit[]> => {
  const entries: readonly unknown[] = await journal.list();
  return entries.filter(isConfigEdit);
};

const isConfigEdit = (value: unknown): value is ConfigEdit =>
  isObject(value) &&
  [value.id, value.file, value.editedAt].every(isString) &&
  typeof value.created === 'boolean' &&
  isListOf(value.backups, isString) &&
  isListOf(value.owned, isOwnedSetting) &&
  isListOf(value.steps, isEditStep);

const isOwnedSetting = (value: unknown): boolean =>
  isObject(value) &&
  isListOf(value.path, isString) &&
  (value.before === undefined || isString(value.before)) &&
  (value.after === undefined || (isObject(value.after) && Object.values(value.after).every(isString)));

const isEditStep = (value: unknown): boolean =>
  isObject(value) && isString(value.textHash) && isListOf(value.splices, isSplice);

const isSplice = (value: unknown): boolean =>
  isObject(value) && Number.isInteger(value.at) && isString(value.removed) && isString(value.inserted);

const isString = (value: unknown): boolean => typeof value === 'string';

const isListOf = (value: unknown, isElement: (element: unknown) => boolean): boolean =>
  Array.isArray(value) && value.every(isElement);
