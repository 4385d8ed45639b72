import { isAtLeast } from '../../codex/edit/is-at-least.ts';
import { findCodex, type InstalledCodex } from '../../codex/run/find-codex.ts';
import type { Environment } from '../../config/data-dir.ts';
import type { Step } from '../../probe/step.ts';

/** The versions that the gateway was measured with. */
const OLDEST = '0.113.0';

/** Codex is on PATH, and new enough. */
export const checkCodex = async (env: Environment): Promise<{ step: Step; codex?: InstalledCodex }> => {
  const name = 'Codex';
  const codex = await findCodex(env);
  if (!codex) {
    const remedy = 'Install it with `npm install -g @openai/codex`.';
    return { step: { name, state: 'failed', message: 'there is none on PATH', remedy } };
  }
  const message = `${codex.version} at ${codex.path}`;
  if (isAtLeast(codex.version, OLDEST)) return { step: { name, state: 'ok', message }, codex };
  const remedy = `The gateway is made for ${OLDEST} and newer: npm install -g @openai/codex`;
  return { step: { name, state: 'warning', message, remedy }, codex };
};
