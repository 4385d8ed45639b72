import process from 'node:process';
import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import type { ConfigEdit } from '../../codex/edit/edit-journal.ts';
import { openState } from '../../state/state.ts';
import { ask, canAsk } from '../ask.ts';
import type { CommandContext } from '../context.ts';
import { readDataFolder } from '../read-variables.ts';
import { type ChalkInstance, createColour } from '../render/colour.ts';
import { renderDiff } from '../render/diff.ts';
import { plainLine } from '../render/plain-text.ts';
import { listSteps, type UninstallPlan } from '../uninstall/list-steps.ts';

interface UninstallFlags {
  readonly data?: true;
  readonly dryRun?: true;
  readonly yes?: true;
  readonly dataDir?: string;
}

const EXAMPLES = `
The log and the keys stay unless you pass --data. To remove the program itself, run
npm uninstall -g gomodel-ts, or npm unlink -g gomodel-ts if you linked it from a clone.

Examples:
  $ npx gomodel-ts uninstall --dry-run     shows what would be undone
  $ npx gomodel-ts uninstall               does it, after asking
  $ npx gomodel-ts uninstall --data        and removes the log, too
`;

const render = ({ steps, left }: UninstallPlan, colour: ChalkInstance): string => {
  const lines = steps.flatMap(({ text, change }) => [
    `${colour.bold('*')} ${plainLine(text)}\n`,
    ...(change ? [renderDiff(change, colour)] : []),
  ]);
  return [...lines, ...left.map((text) => colour.yellow(`! ${plainLine(text)}\n`))].join('');
};

const uninstall = async (flags: UninstallFlags, context: CommandContext): Promise<void> => {
  const { stdout, stderr, env } = context;
  const dataDir = readDataFolder(flags, context);
  const onNotice = (message: string): void => void stderr.write(`${plainLine(message)}\n`);
  const state = await openState<ConfigEdit>(dataDir, { onNotice });
  const plan = await listSteps(dataDir, state, flags.data === true, context);
  if (plan.left.length > 0) process.exitCode = 1;
  if (flags.dryRun) {
    stdout.write(render(plan, createColour(stdout, env)));
    stderr.write('Nothing was changed (--dry-run).\n');
    return;
  }
  stderr.write(render(plan, createColour(stderr, env)));
  if (plan.steps.length === 0) {
    stderr.write(`There is nothing to undo, according to ${dataDir}.\n`);
    return;
  }
  if (!flags.yes && !canAsk(context)) {
    throw new GatewayError(
      'invalid_usage',
      'uninstall asks before it changes anything: run it in a terminal, or with --yes.',
    );
  }
  if (!flags.yes && !(await ask('Do all this?', context))) {
    stderr.write('Nothing was changed.\n');
    return;
  }
  for (const { run } of plan.steps) {
    for (const said of await run()) stderr.write(`${plainLine(said)}\n`);
  }
  stderr.write('Done.\n');
};

/** `gomodel-ts uninstall`: takes back what was written outside of the data folder, and with --data that too. */
export const uninstallCommand = (context: CommandContext): Command =>
  new Command('uninstall')
    .summary('undo everything that was written')
    .description(
      "Shows and then undoes everything that was set up: the service, the running gateway, and what init-codex wrote to Codex's configuration, byte for byte.",
    )
    .option('--data', 'also remove the log, the keys and the budgets')
    .option('--dry-run', 'show what would be done and do nothing')
    .option('-y, --yes', 'do not ask')
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((flags: UninstallFlags) => uninstall(flags, context));
