import { Command } from 'commander';
import { systemClock } from '../../base/time/clock.ts';
import { describeKey } from '../../guard/keys/describe-key.ts';
import type { IssuedKey, KeyDesk } from '../../guard/keys/key-desk.ts';
import type { ManagedKey } from '../../guard/keys/managed-key.ts';
import type { CommandContext } from '../context.ts';
import { atDesk } from '../keys/at-desk.ts';
import { type TermsFlags, termsOf, withTermsFlags } from '../keys/key-flags.ts';
import { findLastUsed } from '../keys/last-used.ts';
import { policyCommand } from '../keys/policy-command.ts';
import { createColour } from '../render/colour.ts';
import { renderKeys } from '../render/key-rows.ts';
import { plainLine } from '../render/plain-text.ts';
import { screenOf } from '../render/tail/screen.ts';

interface Flags {
  readonly json?: true;
  readonly dataDir?: string;
}

const EXAMPLES = `
A gateway running on the same data folder applies a change within a second.

Examples:
  $ npx gomodel-ts keys create --name anna --user-path /team/alpha --expires 90d
  $ npx gomodel-ts keys create --name ci --label ci --model 'gpt-5*' --provider openai
  $ npx gomodel-ts keys update anna --model 'gpt-5*' --model o4-mini
  $ npx gomodel-ts keys revoke anna
`;

const toJson = (key: ManagedKey, more: object = {}): string =>
  `${JSON.stringify({ schemaVersion: 1, ...describeKey(key, systemClock.now()), ...more })}\n`;

const showIssued = (
  { key, text }: IssuedKey,
  { json }: Flags,
  { stdout, stderr }: CommandContext,
  told: string,
): void => {
  if (json) {
    stdout.write(toJson(key, { key: text }));
    return;
  }
  // The key alone on stdout, so that a script can take it from there.
  stdout.write(`${text}\n`);
  stderr.write(`${plainLine(told)} This is the only time it is shown: only its hash is kept.\n`);
};

const showKey = (key: ManagedKey, { json }: Flags, context: CommandContext, told: string): void => {
  if (json) context.stdout.write(toJson(key));
  else context.stderr.write(`${plainLine(told)}\n`);
};

const list = async (desk: KeyDesk, flags: Flags, context: CommandContext): Promise<void> => {
  const { stdout, stderr, env } = context;
  const { keys } = await desk.list();
  const lastUsed = keys.length > 0 ? await findLastUsed(flags, context) : new Map<string, string>();
  if (flags.json) {
    for (const key of keys) {
      const at = lastUsed.get(key.id);
      stdout.write(toJson(key, at === undefined ? {} : { lastUsedAt: at }));
    }
  } else if (keys.length === 0) {
    stderr.write('There are no managed keys. `npx gomodel-ts keys create --name anna` creates one.\n');
  } else {
    stdout.write(
      renderKeys(
        keys,
        { nowMs: systemClock.now(), lastUsed },
        createColour(stdout, env),
        screenOf(stdout, env).columns,
      ),
    );
  }
};

/** `gomodel-ts keys`: keys for people and programs, each with what it may use. */
export const keysCommand = (context: CommandContext): Command => {
  const part = (name: string, summary: string): Command =>
    new Command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--json', 'print one line of JSON per key')
      .option('--data-dir <folder>', 'where the keys are kept (GOMODEL_HOME)');

  return new Command('keys')
    .summary('create, list, change and revoke keys for people')
    .description(
      'Keys for people and programs, in addition to the master key. Each has its own permissions and can be revoked within a second.',
    )
    .addHelpText('after', EXAMPLES)
    .addCommand(
      withTermsFlags(part('create', 'create a key and print it once'))
        .requiredOption('--name <name>', 'name of its holder')
        .action((flags: TermsFlags & Flags) =>
          atDesk(flags, context, async (desk) => {
            const issued = await desk.create(termsOf(flags));
            const { id, name, role } = issued.key;
            showIssued(issued, flags, context, `Made the key ${id} for ${name}, with the role ${role}.`);
          }),
        ),
    )
    .addCommand(
      part('list', 'list the keys without their secrets').action((flags: Flags) =>
        atDesk(flags, context, (desk) => list(desk, flags, context)),
      ),
    )
    .addCommand(
      withTermsFlags(part('update', 'change what a key may use; an empty value removes a limit'))
        .argument('<key>', 'id or name of a key')
        .option('--name <name>', 'its new name')
        .option('--no-accept-user-path', "use only the key's own path for its requests")
        .action((which: string, flags: TermsFlags & Flags) =>
          atDesk(flags, context, async (desk) => {
            const key = await desk.change(which, termsOf(flags));
            showKey(key, flags, context, `Changed the key ${key.id} (${key.name}).`);
          }),
        ),
    )
    .addCommand(
      part('rotate', 'give a key a new secret and print it once')
        .argument('<key>', 'id or name of a key')
        .action((which: string, flags: Flags) =>
          atDesk(flags, context, async (desk) => {
            const issued = await desk.rotate(which);
            const { id, name } = issued.key;
            showIssued(
              issued,
              flags,
              context,
              `The key ${id} (${name}) has a new secret; the old one is refused.`,
            );
          }),
        ),
    )
    .addCommand(
      part('revoke', 'revoke a key for good and stop everything running on it')
        .argument('<key>', 'id or name of a key')
        .action((which: string, flags: Flags) =>
          atDesk(flags, context, async (desk) => {
            const key = await desk.revoke(which);
            showKey(
              key,
              flags,
              context,
              `Revoked the key ${key.id} (${key.name}): it is refused from now on.`,
            );
          }),
        ),
    )
    .addCommand(policyCommand(context));
};
