import { isAtLeast } from '../../codex/edit/is-at-least.ts';
import { type InstalledCodex, searchCodex } from '../../codex/run/find-codex.ts';
import type { Environment } from '../../config/data-dir.ts';
import type { Step } from '../../probe/step.ts';
import type { WorkingFolder } from '../../state/working-folder.ts';

/** The versions that the gateway was measured with. */
const OLDEST = '0.113.0';

/** Codex is on PATH, and new enough. */
export const checkCodex = async (
  env: Environment,
  workingFolder: WorkingFolder,
): Promise<{ step: Step; codex?: InstalledCodex }> => {
  const name = 'Codex';
  const { found: codex, broken } = await searchCodex(env, workingFolder);
  const faults = broken.map(({ path, reason }) => `${path} does not work: ${reason}`).join('; ');
  if (!codex) {
    const remedy = 'Install it with `npm install -g @openai/codex`.';
    return { step: { name, state: 'failed', message: faults || 'there is none on PATH', remedy } };
  }
  const message = `${codex.version} at ${codex.path}`;
  if (faults !== '') {
    const remedy = 'A shell runs the first one on PATH: remove it, or put the folder of the other before it.';
    return { step: { name, state: 'warning', message: `${message}, but ${faults}`, remedy }, codex };
  }
  if (isAtLeast(codex.version, OLDEST)) return { step: { name, state: 'ok', message }, codex };
  const remedy = `The gateway is made for ${OLDEST} and newer: npm install -g @openai/codex`;
  return { step: { name, state: 'warning', message, remedy }, codex };
};
