import { createId } from '../../base/ids.ts';
import type { Clock } from '../../base/time/clock.ts';
import { readToml, type TomlDocument } from '../toml/read-toml.ts';
import { backUpConfigFile, dropBackup } from './back-up-config.ts';
import { type ConfigFile, readIfThere, refuseIfChanged } from './config-file.ts';
import { type ConfigEdit, type EditJournal, findEdit } from './edit-journal.ts';
import { hashText } from './hash-text.ts';
import { mergeOwned } from './merge-owned.ts';
import type { EditPlan } from './plan-edit.ts';
import { isSameSetting, readSetting } from './read-setting.ts';
import { deleteConfigFile, replaceConfigFile } from './replace-file.ts';

export interface ChangeConfigDeps {
  readonly journal: EditJournal;
  readonly clock: Clock;
}

/**
 * Writes a planned edit, after a backup and an entry in the journal: an edit that is in no journal
 * could not be undone, one that was never written can.
 * @returns the backup's path, or undefined if there was no file before
 * @throws GatewayError command_failed; nothing is changed then
 */
export const applyEdit = async (
  file: ConfigFile,
  plan: EditPlan,
  { journal, clock }: ChangeConfigDeps,
): Promise<string | undefined> => {
  await refuseIfChanged(file);
  const nowMs = clock.now();
  const before = readToml(file.text, file.path);
  const found = await findEdit(journal, file.path);
  const known = found && isInForce(found, before) ? found : undefined;
  const backup = await backUpConfigFile(file, nowMs);
  const edit: ConfigEdit = {
    id: found?.id ?? createId('edit', nowMs),
    file: file.path,
    editedAt: new Date(nowMs).toISOString(),
    created: known?.created ?? !file.existed,
    backups: [...(known?.backups ?? []), ...(backup === undefined ? [] : [backup])],
    owned: mergeOwned(known?.owned ?? [], plan.owned, before),
    steps: [...(known?.steps ?? []), { textHash: hashText(plan.text), splices: plan.splices }],
  };
  try {
    await journal.add(edit);
    await writeOrForget(file, plan.text, () => (found ? journal.add(found) : journal.remove(edit.id)));
  } catch (cause) {
    if (backup !== undefined) await dropIfNeedless(backup, file);
    throw cause;
  }
  return backup;
};

const writeOrForget = async (file: ConfigFile, text: string, forget: () => Promise<void>): Promise<void> => {
  try {
    await replaceConfigFile(file, text);
  } catch (cause) {
    await forget();
    throw cause;
  }
};

/** A failed edit leaves no copy behind, unless the file no longer says the same. */
const dropIfNeedless = async (backup: string, file: ConfigFile): Promise<void> => {
  const left = readIfThere(file.target);
  if (left) await dropBackup(backup, [hashText(left)]);
};

/** False if nothing of the edit is left: a file that was put back or begun anew by other means. */
const isInForce = ({ owned }: ConfigEdit, document: TomlDocument): boolean =>
  owned.some(({ path, after }) => after && isSameSetting(readSetting(document, path), after));

/** True if the edit had created the file, and nothing but the edit was ever in it. */
export const isLeftEmpty = (edit: ConfigEdit, text: string): boolean => edit.created && text.trim() === '';

/**
 * Writes what `planUndo` restored, and forgets the edit. Backups that hold no more than the file
 * again, or than this program's own edits of it, go away.
 * @param text undefined removes the file
 * @returns the backups that are still there
 * @throws GatewayError command_failed; nothing is changed then
 */
export const applyUndo = async (
  file: ConfigFile,
  edit: ConfigEdit,
  text: string | undefined,
  { journal }: Pick<ChangeConfigDeps, 'journal'>,
): Promise<{ readonly backups: readonly string[] }> => {
  if (text === undefined && file.existed) await deleteConfigFile(file);
  if (text !== undefined && text !== file.text) await replaceConfigFile(file, text);
  await journal.remove(edit.id);
  const backups: string[] = [];
  const worthless = [hashText(text ?? ''), ...edit.steps.map(({ textHash }) => textHash)];
  for (const backup of edit.backups) {
    if (!(await dropBackup(backup, worthless))) backups.push(backup);
  }
  return { backups };
};
