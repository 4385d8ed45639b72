import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { initCodexCommand } from '../../../src/cli/commands/init-codex.ts';
import type { ConfigEdit } from '../../../src/codex/edit/edit-journal.ts';
import { openState, type State } from '../../../src/state/state.ts';
import { type CommandOutcome, type CommandRun, runCommand } from '../cli/run-command.ts';

/** A home folder with everything in it that the command may touch. */
export interface InitHome {
  readonly homeDir: string;
  readonly codexHome: string;
  readonly config: string;
  readonly state: State<ConfigEdit>;
  remove(): void;
}

type InitRun = Omit<CommandRun, 'homeDir'>;
export type InitOutcome = CommandOutcome;

export const createInitHome = async (): Promise<InitHome> => {
  const homeDir = mkdtempSync(join(tmpdir(), 'gomodel-init-'));
  const codexHome = join(homeDir, '.codex');
  return {
    homeDir,
    codexHome,
    config: join(codexHome, 'config.toml'),
    state: await openState<ConfigEdit>(join(homeDir, '.gomodel-ts')),
    remove: () => rmSync(homeDir, { recursive: true }),
  };
};

/** Runs `init-codex` with the real files of `home`. */
export const runInitCodex = (
  home: InitHome,
  args: readonly string[] = [],
  run: InitRun = {},
): Promise<InitOutcome> => runCommand(initCodexCommand, args, { homeDir: home.homeDir, ...run });
