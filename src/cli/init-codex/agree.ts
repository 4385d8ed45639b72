import { ask, canAsk } from '../ask.ts';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { type FileChange, renderDiff } from '../render/diff.ts';

export interface Consent {
  readonly dryRun: boolean;
  readonly yes: boolean;
}

/**
 * Whether a change may be written. `--dry-run` prints it on stdout and says no; a person at a terminal
 * sees it and is asked; without one, or with `--yes`, calling the command is consent enough.
 * @throws GatewayError interrupted
 */
export const isAgreed = async (
  change: FileChange,
  { dryRun, yes }: Consent,
  context: CommandContext,
): Promise<boolean> => {
  const { stdout, stderr, env } = context;
  if (dryRun) {
    stdout.write(renderDiff(change, createColour(stdout, env)));
    stderr.write('Nothing was written (--dry-run).\n');
    return false;
  }
  if (yes || !canAsk(context)) return true;
  stderr.write(`${renderDiff(change, createColour(stderr, env))}\n`);
  const isYes = await ask('Write this?', context);
  if (!isYes) stderr.write('Nothing was written.\n');
  return isYes;
};
