import { Command } from 'commander';
import type { InstalledProgram, ProgramSearch } from '../../codex/run/find-program.ts';
import type { Environment } from '../../config/data-dir.ts';
import { createWorkingFolder, type WorkingFolder } from '../../state/working-folder.ts';
import type { CommandContext } from '../context.ts';
import { type LaunchFlags, readBudget, withLaunchOptions } from './launch-flags.ts';
import { requireProgram } from './require-program.ts';
import { type Launch, runLauncher } from './run-launcher.ts';

/** What is run, and how. */
interface Wish {
  readonly program: InstalledProgram;
  /** The program's own. */
  readonly args: readonly string[];
  readonly flags: LaunchFlags;
  readonly budgetUsd: number | undefined;
}

/** A program that is run through the gateway with nothing written anywhere. */
export interface Launcher {
  /** Of the command. */
  readonly name: string;
  /** The program in words: `Codex`. */
  readonly product: string;
  /** The command that installs it. */
  readonly install: string;
  readonly examples: string;
  readonly search: (env: Environment, workingFolder: WorkingFolder) => Promise<ProgramSearch>;
  /** Finds or starts the gateway, and says how the program is run through it. */
  readonly prepare: (wish: Wish, context: CommandContext) => Promise<Omit<Launch, 'flags'>>;
}

/** The command of a launcher: all launchers take the same options, and find and report in the same way. */
export const launcherCommand = (launcher: Launcher, context: CommandContext): Command => {
  const { name, product, install, examples, search, prepare } = launcher;
  const launch = async (args: readonly string[], flags: LaunchFlags): Promise<void> => {
    const { env, cwd, homeDir } = context;
    const budgetUsd = readBudget(flags);
    const program = requireProgram(await search(env, createWorkingFolder(cwd, homeDir)), product, install);
    const launched = await prepare({ program, args, flags, budgetUsd }, context);
    await runLauncher({ flags, ...launched }, context);
  };
  return withLaunchOptions(new Command(name))
    .summary(`run ${product} through the gateway without writing any file`)
    .description(
      `Runs ${product} through the gateway once. Uses the running gateway, or starts one for this run. ${product}'s files stay as they are.`,
    )
    .argument('[args...]', `${product}'s own arguments`)
    .option('--demo', 'start a gateway for the run, answered by the built-in upstream')
    .addHelpText('after', examples)
    .action(launch);
};
