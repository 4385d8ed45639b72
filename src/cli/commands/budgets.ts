import { Command } from 'commander';
import { GatewayError } from '../../base/errors.ts';
import { type Budget, budgetId, scopeText } from '../../guard/budgets/budget.ts';
import { type BudgetDesk, createBudgetDesk } from '../../guard/budgets/budget-store.ts';
import { periodText } from '../../guard/budgets/window.ts';
import { workAtDesk } from '../at-desk.ts';
import type { CommandContext } from '../context.ts';
import { plainLine } from '../render/plain-text.ts';
import { askStanding } from '../standing/ask-standing.ts';
import { budgetLine, figuresOfBudget } from '../standing/budget-standing.ts';

interface Flags {
  readonly json?: true;
  readonly dataDir?: string;
}

interface SetFlags extends Flags {
  readonly hourly?: string;
  readonly daily?: string;
  readonly weekly?: string;
  readonly monthly?: string;
  readonly total?: string;
  readonly every?: string;
  readonly tokens?: true;
  readonly soft?: true;
  readonly ceiling?: true;
  readonly timezone?: string;
  readonly stopRunaways?: true;
}

const EXAMPLES = `
A scope is / (everything), a user path such as /team/alpha with everything below it, /team/* (each child of
/team separately), key:ID, label:NAME, session:* or run:*. A running gateway applies a change within a second.

Examples:
  $ npx gomodel-ts budgets set / --monthly 500
  $ npx gomodel-ts budgets set /team/alpha --daily 10 --timezone Europe/Berlin
  $ npx gomodel-ts budgets set 'session:*' --total 5 --ceiling
  $ npx gomodel-ts budgets set label:ci --hourly 200000 --tokens --soft
  $ npx gomodel-ts budgets list
  $ npx gomodel-ts budgets remove '/team/alpha daily'
`;

const PERIODS = ['hourly', 'daily', 'weekly', 'monthly', 'total'] as const;

const atDesk = (
  flags: Flags,
  context: CommandContext,
  work: (desk: BudgetDesk) => Promise<void>,
): Promise<void> =>
  workAtDesk(flags, context, ({ budgetStore: store }, deps) => createBudgetDesk({ store, ...deps }), work);

const toJson = (budget: Budget, more: object = {}): string =>
  `${JSON.stringify({
    schemaVersion: 1,
    id: budgetId(budget),
    scope: scopeText(budget.scope),
    period: periodText(budget.period),
    unit: budget.unit,
    limit: budget.limit,
    enforcement: budget.enforcement,
    timezone: budget.timezone,
    ...(budget.stopsRunaways && { stopRunaways: true }),
    ...more,
  })}\n`;

const inWords = (budget: Budget): string => {
  const amount =
    budget.unit === 'usd' ? `$${budget.limit.toFixed(2)}` : `${budget.limit.toLocaleString('en-US')} tokens`;
  const zone = budget.timezone === 'UTC' ? '' : `, ${budget.timezone}`;
  const runaways = budget.stopsRunaways ? ', stops runaways' : '';
  return `${budgetId(budget)}: ${amount}, ${budget.enforcement}${zone}${runaways}`;
};

/** Each budget with what is spent of it and left, where a gateway counts. */
const list = async (desk: BudgetDesk, flags: Flags, context: CommandContext): Promise<void> => {
  const { stdout, stderr } = context;
  const budgets = await desk.list();
  if (budgets.length === 0) {
    if (!flags.json) {
      stderr.write(
        'No budget was set. `npx gomodel-ts budgets set / --monthly 100` sets one for everything.\n',
      );
    }
    return;
  }
  const asked = await askStanding(flags, context);
  const all = 'standing' in asked ? asked.standing.budgets : undefined;
  for (const budget of budgets) {
    const own = all?.filter(({ id }) => id === budgetId(budget));
    if (flags.json) stdout.write(toJson(budget, own && { standing: own.map(figuresOfBudget) }));
    else
      stdout.write(
        [inWords(budget), ...(own ?? []).map(budgetLine)].map((line) => `${plainLine(line)}\n`).join(''),
      );
  }
  if ('unknown' in asked) stderr.write(`${asked.unknown}\n`);
};

const fieldsOf = (scope: string, flags: SetFlags): Readonly<Record<string, unknown>> => {
  const given = PERIODS.filter((period) => flags[period] !== undefined);
  const [period] = given;
  if (given.length + (flags.every === undefined ? 0 : 1) !== 1) {
    throw new GatewayError(
      'invalid_usage',
      'a budget has one period: --hourly, --daily, --weekly, --monthly or --total with the limit, or --every SECONDS=LIMIT.',
    );
  }
  const [seconds = '', everyLimit = ''] = (flags.every ?? '').split('=');
  const limit = period === undefined ? everyLimit : flags[period];
  return {
    scope,
    ...(period === undefined ? { period_seconds: seconds } : { period }),
    [flags.tokens ? 'tokens' : 'limit']: limit,
    ...(flags.soft && { enforcement: 'soft' }),
    ...(flags.ceiling && { enforcement: 'ceiling' }),
    ...(flags.timezone !== undefined && { timezone: flags.timezone }),
    ...(flags.stopRunaways && { stop_runaways: true }),
  };
};

/** `gomodel-ts budgets`: what a team, a key, a label, a session or a run may spend. */
export const budgetsCommand = (context: CommandContext): Command => {
  const part = (name: string, summary: string): Command =>
    new Command(name)
      .summary(summary)
      .description(`${summary[0]?.toUpperCase()}${summary.slice(1)}.`)
      .option('--json', 'print one line of JSON per budget')
      .option('--data-dir <folder>', 'where the budgets are kept (GOMODEL_HOME)');
  const show = (budget: Budget, { json }: Flags, told: string): void => {
    if (json) context.stdout.write(toJson(budget));
    else context.stderr.write(`${plainLine(told)}\n`);
  };

  return new Command('budgets')
    .summary('set, list and remove budgets')
    .description('Spending limits by user path, key, label, session and run.')
    .addHelpText('after', EXAMPLES)
    .addCommand(
      part('set', 'set or change a budget')
        .argument('<scope>', 'what it applies to')
        .option('--hourly <limit>', 'in USD')
        .option('--daily <limit>', 'in USD')
        .option('--weekly <limit>', 'in USD, from Monday')
        .option('--monthly <limit>', 'in USD')
        .option('--total <limit>', 'in USD, over all time')
        .option('--every <seconds=limit>', 'in USD, such as 3600=5')
        .option('--tokens', 'count tokens instead of USD, whoever pays')
        .option('--soft', 'warn only; refuse nothing')
        .option('--ceiling', 'also cut off an answer that exceeds the limit while it streams')
        .option('--stop-runaways', 'refuse agents that repeat the same call over and over')
        .option('--timezone <name>', 'IANA time zone that decides when a day starts (UTC)')
        .action((scope: string, flags: SetFlags) =>
          atDesk(flags, context, async (desk) => {
            const budget = await desk.set(fieldsOf(scope, flags));
            show(budget, flags, `Set ${inWords(budget)}.`);
          }),
        ),
    )
    .addCommand(
      part('list', 'list the budgets, with what is spent and left').action((flags: Flags) =>
        atDesk(flags, context, (desk) => list(desk, flags, context)),
      ),
    )
    .addCommand(
      part('remove', 'remove a budget')
        .argument('<id>', "as `list` names it, such as '/team/alpha daily'")
        .action((id: string, flags: Flags) =>
          atDesk(flags, context, async (desk) => {
            const budget = await desk.remove(id);
            show(budget, flags, `Removed ${inWords(budget)}.`);
          }),
        ),
    );
};
