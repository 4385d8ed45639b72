import type { Clock } from '../base/clock.ts';
import { createId } from '../base/ids.ts';
import {
  backUpConfigFile,
  type ConfigFile,
  deleteConfigFile,
  dropBackup,
  replaceConfigFile,
} from './config-file.ts';
import type { ConfigEdit, EditJournal } from './edit-journal.ts';
import { mergeOwned } from './merge-owned.ts';
import type { EditPlan } from './plan-edit.ts';
import { hashText } from './plan-undo.ts';
import { BYTE_ORDER_MARK, readToml } from './read-toml.ts';

export interface ChangeConfigDeps {
  readonly journal: EditJournal;
  readonly clock: Clock;
}

/** The edit of this file that is in the journal, if there is one. */
export const findEdit = async (journal: EditJournal, file: ConfigFile): Promise<ConfigEdit | undefined> =>
  (await journal.list()).find((edit) => edit.file === file.path);

/**
 * Writes a planned edit, after a backup and an entry in the journal: an edit that is in no journal
 * could not be undone, one that was never written can.
 * @returns the backup's path, or undefined where there was no file before
 * @throws GatewayError command_failed; nothing is changed then
 */
export const applyEdit = async (
  file: ConfigFile,
  plan: EditPlan,
  { journal, clock }: ChangeConfigDeps,
): Promise<string | undefined> => {
  const nowMs = clock.now();
  const known = await findEdit(journal, file);
  const backup = await backUpConfigFile(file, nowMs);
  const edit: ConfigEdit = {
    id: known?.id ?? createId('edit', nowMs),
    file: file.path,
    editedAt: new Date(nowMs).toISOString(),
    created: known?.created ?? !file.existed,
    backups: [...(known?.backups ?? []), ...(backup === undefined ? [] : [backup])],
    owned: mergeOwned(known?.owned ?? [], plan.owned, readToml(file.text, file.path)),
    steps: [...(known?.steps ?? []), { textHash: hashText(plan.text), splices: plan.splices }],
  };
  await journal.add(edit);
  try {
    await replaceConfigFile(file, plan.text);
  } catch (cause) {
    if (known) await journal.add(known);
    else await journal.remove(edit.id);
    if (backup !== undefined) await dropBackup(backup, file.text);
    throw cause;
  }
  return backup;
};

/** What an undo left behind. */
export interface UndoOutcome {
  readonly deleted: boolean;
  /** Copies from before the edits that still differ from the file. */
  readonly backups: readonly string[];
}

/**
 * Writes what `planUndo` restored. A file that the edit created and that holds nothing else goes
 * away; so do backups that say no more than the file does.
 * @throws GatewayError command_failed; nothing is changed then
 */
export const applyUndo = async (
  file: ConfigFile,
  edit: ConfigEdit,
  text: string,
  { journal }: Pick<ChangeConfigDeps, 'journal'>,
): Promise<UndoOutcome> => {
  const deleted = edit.created && file.existed && text.replace(BYTE_ORDER_MARK, '').trim() === '';
  if (deleted) await deleteConfigFile(file);
  else if (text !== file.text) await replaceConfigFile(file, text);
  await journal.remove(edit.id);
  const backups: string[] = [];
  for (const backup of edit.backups) {
    if (!(await dropBackup(backup, text))) backups.push(backup);
  }
  return { deleted, backups };
};
