import { GatewayError } from '../../base/errors.ts';
import { applyUndo, type ChangeConfigDeps, isLeftEmpty } from '../../codex/edit/change-config.ts';
import { type ConfigFile, loadConfigFile } from '../../codex/edit/config-file.ts';
import { type ConfigEdit, type EditJournal, findEdit, listEdits } from '../../codex/edit/edit-journal.ts';
import { type Drift, planUndo } from '../../codex/edit/plan-undo.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { renderDrift } from '../render/drift.ts';
import { type Consent, isAgreed } from './agree.ts';

/**
 * Puts back what `init-codex` changed in a configuration file, and nothing else.
 * @throws GatewayError config_drift where others have changed the same settings since, after showing
 *   the difference; nothing is written then
 */
export const undoConfig = async (
  path: string,
  consent: Consent,
  deps: Pick<ChangeConfigDeps, 'journal'>,
  context: CommandContext,
): Promise<void> => {
  const { stderr } = context;
  const file = await loadConfigFile(path);
  const edit = await findEdit(deps.journal, file.path);
  if (!edit) {
    stderr.write(`Nothing to undo: init-codex has not changed ${file.path}.\n`);
    stderr.write(await tellOthers(deps.journal));
    return;
  }
  const plan = planUndo(file.text, edit, file.path);
  if (plan.kind === 'drifted') throw tellDrift(plan.drifts, file, edit, context);

  const before = file.existed ? file.text : undefined;
  const after = !file.existed || isLeftEmpty(edit, plan.text) ? undefined : plan.text;
  if (before !== after && !(await isAgreed({ file: file.path, before, after }, consent, context))) return;
  const { backups } = await applyUndo(file, edit, after, deps);
  if (before === after) stderr.write(`${file.path} has already been restored.\n`);
  else
    stderr.write(
      after === undefined
        ? `Removed ${file.path}, which was not there before.\n`
        : `Put ${file.path} back.\n`,
    );
  for (const backup of backups) stderr.write(`A copy from before the edit is still there: ${backup}\n`);
};

const tellOthers = async (journal: EditJournal): Promise<string> => {
  const files = (await listEdits(journal)).map(({ file }) => `  ${file}\n`);
  return files.length === 0 ? '' : `It has changed (see --codex-home and --profile):\n${files.join('')}`;
};

const tellDrift = (
  drifts: readonly Drift[],
  file: ConfigFile,
  edit: ConfigEdit,
  { stderr, env }: CommandContext,
): GatewayError => {
  stderr.write(`In ${file.path}, written by init-codex (-) and found now (+):\n`);
  stderr.write(renderDrift(drifts, createColour(stderr, env)));
  const copy = edit.backups[0];
  return new GatewayError(
    'config_drift',
    `${file.path} was changed after init-codex wrote it, so nothing was restored. ` +
      'Set these back to what was written and run --undo again, or remove the lines by hand' +
      `${copy === undefined ? '.' : `; the file as it was before is ${copy}.`}`,
  );
};
