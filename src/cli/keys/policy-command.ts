import { Command } from 'commander';
import type { CommandContext } from '../context.ts';
import { createColour } from '../render/colour.ts';
import { renderPolicies } from '../render/key-rows.ts';
import { screenOf } from '../render/tail/screen.ts';
import { atDesk } from './at-desk.ts';

interface Flags {
  readonly json?: true;
  readonly dataDir?: string;
}

interface SetFlags extends Flags {
  readonly userPath?: string;
  readonly model?: readonly string[];
  readonly provider?: readonly string[];
}

const collect = (value: string, before: readonly string[] = []): readonly string[] => [...before, value];

/** `gomodel-ts keys policy`: what a user path and all below it may use. */
export const policyCommand = (context: CommandContext): Command => {
  const { stdout, stderr, env } = context;
  const part = (name: string, summary: string): Command =>
    new Command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--json', 'print one line of JSON per policy')
      .option('--data-dir <folder>', 'where the policies are kept (GOMODEL_HOME)');
  const toJson = (policy: object): string => `${JSON.stringify({ schemaVersion: 1, ...policy })}\n`;

  return new Command('policy')
    .summary('set what a user path and everything below it may use')
    .description('Every policy that applies must allow a request, and so must its key.')
    .addCommand(
      part('set', 'create a policy, or replace the one with that name')
        .argument('<name>', 'such as no-opus')
        .option('--user-path <path>', 'where it applies (default: everywhere)')
        .option('--model <name>', 'only these models, such as gpt-5*; may be repeated', collect)
        .option('--provider <name>', 'only these providers; may be repeated', collect)
        .action((name: string, flags: SetFlags) =>
          atDesk(flags, context, async (desk) => {
            const { userPath = '/', model = [], provider = [] } = flags;
            const policy = await desk.setPolicy({ name, userPath, models: model, providers: provider });
            if (flags.json) stdout.write(toJson(policy));
            else
              stderr.write(
                `The policy ${policy.name} applies to ${policy.userPath} and everything below it.\n`,
              );
          }),
        ),
    )
    .addCommand(
      part('list', 'list the policies').action((flags: Flags) =>
        atDesk(flags, context, async (desk) => {
          const { policies } = await desk.list();
          if (flags.json) for (const policy of policies) stdout.write(toJson(policy));
          else if (policies.length === 0) stderr.write('There is no policy.\n');
          else
            stdout.write(renderPolicies(policies, createColour(stdout, env), screenOf(stdout, env).columns));
        }),
      ),
    )
    .addCommand(
      part('remove', 'remove a policy')
        .argument('<name>')
        .action((name: string, flags: Flags) =>
          atDesk(flags, context, async (desk) => {
            await desk.removePolicy(name);
            if (!flags.json) stderr.write(`The policy ${name} is gone.\n`);
          }),
        ),
    );
};
