import { GatewayError } from '../../base/errors.ts';
import type { InstalledProgram, ProgramSearch } from '../../codex/run/find-program.ts';

/**
 * The program that a launcher is to run.
 * @param name in words: `Codex`
 * @param install the command that installs it
 * @throws GatewayError command_failed
 */
export const requireProgram = (
  { found, broken }: ProgramSearch,
  name: string,
  install: string,
): InstalledProgram => {
  if (found) return found;
  const [first] = broken;
  throw new GatewayError(
    'command_failed',
    first
      ? `${name} at ${first.path} does not work: ${first.reason}. Install it again with \`${install}\`, then run this again.`
      : `${name} is not on PATH (what lies in the working folder does not count). Install it with \`${install}\`, then run this again.`,
  );
};
