import type { Command } from 'commander';
import type { Step } from '../../probe/step.ts';
import { ask, canAsk } from '../ask.ts';
import { initCodexCommand } from '../commands/init-codex.ts';
import { startCommand } from '../commands/start.ts';
import type { CommandContext } from '../context.ts';
import type { ConfigFlags } from '../read-config.ts';

export interface FixFlags extends ConfigFlags {
  readonly yes?: true;
  readonly profile?: string;
  readonly codexHome?: string;
}

/** What a command can do of what `doctor` advises. */
interface Fix {
  readonly isAdvised: (step: Step) => boolean;
  /** Absent: the command asks itself, after it has shown the change. */
  readonly question?: string;
  readonly create: (context: CommandContext) => Command;
  readonly argumentsOf: (flags: FixFlags) => readonly (readonly [flag: string, value: string | undefined])[];
  /** Tells the command not to ask. */
  readonly yes: readonly string[];
}

/** In the order in which they are done: `init-codex` looks where the gateway runs. */
const FIXES: readonly Fix[] = [
  {
    isAdvised: ({ name, remedy }) =>
      name === 'Gateway' && remedy?.includes('`npx gomodel-ts serve`') === true,
    question: 'Start the gateway in the background (`gomodel-ts start`)?',
    create: startCommand,
    argumentsOf: ({ port, dataDir, config, envFile }) => [
      ['--port', port],
      ['--data-dir', dataDir],
      ['--config', config],
      ['--env-file', envFile],
    ],
    yes: [],
  },
  {
    isAdvised: ({ remedy }) => remedy?.includes('`npx gomodel-ts init-codex`') === true,
    create: initCodexCommand,
    argumentsOf: ({ codexHome, dataDir, profile }) => [
      ['--codex-home', codexHome],
      ['--data-dir', dataDir],
      ['--profile', profile],
    ],
    yes: ['--yes'],
  },
];

/**
 * Does what was advised, as far as commands can do it, each after asking.
 * @returns false where something was advised, and nobody could be asked
 */
export const fixAdvised = async (
  told: readonly Step[],
  flags: FixFlags,
  context: CommandContext,
): Promise<boolean> => {
  const { stderr } = context;
  const wrong = told.filter(({ state }) => state !== 'ok');
  const fixes = FIXES.filter(({ isAdvised }) => wrong.some(isAdvised));
  if (fixes.length === 0) {
    stderr.write('There is nothing --fix can do here: follow the arrows above.\n');
    return true;
  }
  if (!flags.yes && !canAsk(context)) {
    stderr.write('--fix asks before it changes anything: run it in a terminal, or with --yes.\n');
    return false;
  }
  for (const { question, create, argumentsOf, yes } of fixes) {
    stderr.write('\n');
    if (question !== undefined && !flags.yes && !(await ask(question, context))) continue;
    const args = argumentsOf(flags).flatMap(([flag, value]) => (value === undefined ? [] : [flag, value]));
    await create(context).parseAsync([...args, ...(flags.yes ? yes : [])], { from: 'user' });
  }
  stderr.write('\nRun `npx gomodel-ts doctor` again to check the result.\n');
  return true;
};
