import { Command } from 'commander';
import { createLimitDesk, type LimitDesk, limitFields } from '../../guard/limits/limit-store.ts';
import { limitScopeText, type RateLimit } from '../../guard/limits/rate-limit.ts';
import { workAtDesk } from '../at-desk.ts';
import type { CommandContext } from '../context.ts';
import { plainLine } from '../render/plain-text.ts';
import { askStanding } from '../standing/ask-standing.ts';
import { figuresOfLimit, limitLine } from '../standing/limit-standing.ts';

interface Flags {
  readonly json?: true;
  readonly dataDir?: string;
}

const RATES = ['rpm', 'rph', 'rpd', 'tpm', 'tph', 'tpd', 'concurrent'] as const;

type SetFlags = Flags & Partial<Record<(typeof RATES)[number], string>>;

const EXAMPLES = `
A scope is / (everything), a user path such as /team/alpha with everything below it, /team/* (each child of
/team separately), key:ID, key:* (each key separately), label:NAME, session:*, provider:NAME, provider:NAME/MODEL
or model:MODEL. A running gateway applies a change within a second.

Examples:
  $ npx gomodel-ts limits set /team/alpha --rpm 100 --tpm 50000
  $ npx gomodel-ts limits set 'key:*' --concurrent 4
  $ npx gomodel-ts limits set provider:openai/gpt-5.5 --tpm 200000
  $ npx gomodel-ts limits list
  $ npx gomodel-ts limits remove /team/alpha
`;

const atDesk = (
  flags: Flags,
  context: CommandContext,
  work: (desk: LimitDesk) => Promise<void>,
): Promise<void> =>
  workAtDesk(flags, context, ({ limitStore: store }, deps) => createLimitDesk({ store, ...deps }), work);

const toJson = (limit: RateLimit, more: object = {}): string =>
  `${JSON.stringify({ schemaVersion: 1, ...limitFields(limit), ...more })}\n`;

const inWords = (limit: RateLimit): string => {
  const rules = limit.rules.map(({ name, limit: most }) => `${name} ${most.toLocaleString('en-US')}`);
  const { concurrent } = limit;
  const parts = concurrent === undefined ? rules : [...rules, `concurrent ${concurrent}`];
  return `${limitScopeText(limit)}: ${parts.join(', ')}`;
};

/** Each limit with what is left of it, where a gateway counts. */
const list = async (desk: LimitDesk, flags: Flags, context: CommandContext): Promise<void> => {
  const { stdout, stderr } = context;
  const limits = await desk.list();
  if (limits.length === 0) {
    if (!flags.json) {
      stderr.write(
        'No rate limit was set. `npx gomodel-ts limits set / --rpm 600` sets one for everything.\n',
      );
    }
    return;
  }
  const asked = await askStanding(flags, context);
  const all = 'standing' in asked ? asked.standing.limits : undefined;
  for (const limit of limits) {
    const own = all?.filter(({ scope }) => scope === limitScopeText(limit));
    if (flags.json) stdout.write(toJson(limit, own && { standing: own.map(figuresOfLimit) }));
    else
      stdout.write(
        [inWords(limit), ...(own ?? []).map(limitLine)].map((line) => `${plainLine(line)}\n`).join(''),
      );
  }
  if ('unknown' in asked) stderr.write(`${asked.unknown}\n`);
};

const fieldsOf = (scope: string, flags: SetFlags): Readonly<Record<string, unknown>> => ({
  scope,
  ...Object.fromEntries(RATES.filter((name) => flags[name] !== undefined).map((name) => [name, flags[name]])),
});

/** `gomodel-ts limits`: how fast a team, a key, a label or a session may ask, and a provider be asked. */
export const limitsCommand = (context: CommandContext): Command => {
  const part = (name: string, summary: string): Command =>
    new Command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--json', 'print one line of JSON per limit')
      .option('--data-dir <folder>', 'where the limits are kept (GOMODEL_HOME)');
  const show = (limit: RateLimit, { json }: Flags, told: string): void => {
    if (json) context.stdout.write(toJson(limit));
    else context.stderr.write(`${plainLine(told)}\n`);
  };

  return new Command('limits')
    .summary('set, list and remove rate limits')
    .description('Rate limits by user path, key, label, session, provider and model.')
    .addHelpText('after', EXAMPLES)
    .addCommand(
      part('set', 'set the limit of a scope, replacing any earlier one')
        .argument('<scope>', 'what it applies to')
        .option('--rpm <requests>', 'requests per minute')
        .option('--rph <requests>', 'requests per hour')
        .option('--rpd <requests>', 'requests per day')
        .option('--tpm <tokens>', 'tokens per minute')
        .option('--tph <tokens>', 'tokens per hour')
        .option('--tpd <tokens>', 'tokens per day')
        .option('--concurrent <requests>', 'requests at once')
        .action((scope: string, flags: SetFlags) =>
          atDesk(flags, context, async (desk) => {
            const limit = await desk.set(fieldsOf(scope, flags));
            show(limit, flags, `Set ${inWords(limit)}.`);
          }),
        ),
    )
    .addCommand(
      part('list', 'list the limits, with what is left').action((flags: Flags) =>
        atDesk(flags, context, (desk) => list(desk, flags, context)),
      ),
    )
    .addCommand(
      part('remove', 'remove the limit of a scope')
        .argument('<scope>', "as `list` names it, such as 'key:*'")
        .action((scope: string, flags: Flags) =>
          atDesk(flags, context, async (desk) => {
            const limit = await desk.remove(scope);
            show(limit, flags, `Removed ${inWords(limit)}.`);
          }),
        ),
    );
};
