import process from 'node:process';
import { Command, Option } from 'commander';
import { compilePolicy, versionOf } from '../../fleet/compile-policy.ts';
import type { CommandContext } from '../context.ts';
import { readGroups, readPolicy, type WhoFlags } from '../policy/read-policy.ts';
import { CONFIG_OPTION, ENV_FILE_OPTION } from '../read-config.ts';
import { renderStep, renderVerdict } from '../render/checklist.ts';
import { createColour } from '../render/colour.ts';
import { screenOf } from '../render/tail/screen.ts';

interface ShowFlags extends WhoFlags {
  readonly client?: 'codex' | 'claude';
  readonly json?: true;
}

interface TestFlags extends WhoFlags {
  readonly json?: true;
}

const EXAMPLES = `
Examples:
  $ npx gomodel-ts policy show                        the rules for everybody
  $ npx gomodel-ts policy show --user anna            those of the group that the key "anna" belongs to
  $ npx gomodel-ts policy show --group engineering --client claude
  $ npx gomodel-ts policy test                        lets the Codex of this machine show what holds
`;

const show = async (flags: ShowFlags, { stdout, ...context }: CommandContext): Promise<void> => {
  const { policy, config } = await readPolicy(flags, { stdout, ...context });
  const compiled = compilePolicy(policy, await readGroups(flags, policy, config));
  const { codex, claude, etag, group } = compiled;
  if (flags.json) {
    stdout.write(
      `${JSON.stringify({ schemaVersion: 1, group: group ?? null, version: versionOf(compiled), etag, codex, claude })}\n`,
    );
    return;
  }
  const settings = `${JSON.stringify(claude, undefined, 2)}\n`;
  if (flags.client === 'claude') stdout.write(settings);
  else {
    stdout.write(
      `# ${versionOf(compiled)}\n# What holds: requirements.toml\n${codex.requirementsToml}\n# What users start with: config.toml\n${codex.configToml}`,
    );
    if (flags.client === undefined) stdout.write(`\n# Claude Code: managed settings\n${settings}`);
  }
};

const test = async (flags: TestFlags, context: CommandContext): Promise<void> => {
  const { stdout, env } = context;
  const { policy, config } = await readPolicy(flags, context);
  const groups = await readGroups(flags, policy, config);
  const { testPolicy } = await import('../policy/test-policy.ts');
  const colour = createColour(stdout, env);
  const steps = await testPolicy({ policy, groups, context }, (step) => {
    stdout.write(
      flags.json
        ? `${JSON.stringify({ schemaVersion: 1, ...step })}\n`
        : renderStep(step, screenOf(stdout, env).columns, colour),
    );
  });
  if (!flags.json) stdout.write(renderVerdict(steps, colour));
  process.exitCode = steps.some(({ state }) => state === 'failed') ? 1 : 0;
};

const forSomebody = (command: Command): Command =>
  command
    .addOption(
      new Option('--user <key>', 'the name or the id of a managed key').conflicts(['group', 'userPath']),
    )
    .addOption(new Option('--group <name>', 'a group of the policy').conflicts('userPath'))
    .option('--user-path <path>', 'a user path, such as /team/alpha')
    .option(...CONFIG_OPTION)
    .option(...ENV_FILE_OPTION)
    .option('--data-dir <folder>', 'where the log and the state are kept (GOMODEL_HOME)');

/** `gomodel-ts policy`: what clients are told to obey, and whether they do. */
export const policyCommand = (context: CommandContext): Command =>
  new Command('policy')
    .summary('show what clients are told to obey, and whether they do')
    .description('Shows the policy of gomodel.yaml in the words of Codex and Claude Code, and tries it.')
    .addHelpText('after', EXAMPLES)
    .addCommand(
      forSomebody(new Command('show'))
        .description('Shows the rules of somebody, or of everybody, as each client is told them.')
        .summary('show the rules of somebody')
        .addOption(new Option('--client <name>', 'one client alone').choices(['codex', 'claude']))
        .option('--json', 'print one line of JSON')
        .action((flags: ShowFlags) => show(flags, context)),
    )
    .addCommand(
      forSomebody(new Command('test'))
        .description(
          'Starts the Codex of this machine in a place of its own, as a user who wants everything that is not allowed, and shows what holds. No model is asked.',
        )
        .summary('let the installed Codex show what holds')
        .option('--json', 'print one line of JSON per rule')
        .action((flags: TestFlags) => test(flags, context)),
    );
