import { Command, Option } from 'commander';
import type { UsageSums } from '../../admin/api-types/usage.ts';
import { systemClock } from '../../base/time/clock.ts';
import { openFileKeyStore } from '../../guard/keys/file-key-store.ts';
import type { CommandContext } from '../context.ts';
import { type SelectFlags, selectExchanges } from '../logs/select-exchanges.ts';
import { createColour } from '../render/colour.ts';
import { screenOf } from '../render/tail/screen.ts';
import { renderUsage } from '../render/usage-rows.ts';
import { groupUsage, USAGE_BY, type UsageBy } from '../usage/group-usage.ts';
import { type PricedLog, readPricedLog } from '../usage/open-priced-log.ts';
import { withProgress } from '../with-progress.ts';
import { writeAll } from '../write-all.ts';

interface UsageFlags extends SelectFlags {
  readonly by: UsageBy;
  readonly since: string;
  readonly json?: true;
  readonly dataDir?: string;
}

const MAX_ROWS = 31;

const EXAMPLES = `
The bar shows a line's share of the cost, or of the tokens if nothing has a price. "plan" means that a ChatGPT
subscription pays, "?" that the model's price is not known.

Examples:
  $ gomodel-ts usage                         the last 30 days, by day
  $ gomodel-ts usage --by model --since 7d
  $ gomodel-ts usage --by requested-model    by the names that clients ask for, such as aliases
  $ gomodel-ts usage --by path --user-path /team
  $ gomodel-ts usage --by key --json | jq -c '{key: .group, cost: .costUsd}'
`;

/** A line of `--json`: only ever extended. */
const toJson = (by: UsageBy, group: string | undefined, sums: UsageSums): string =>
  `${JSON.stringify({
    schemaVersion: 1,
    by,
    group: group ?? null,
    requests: sums.requests,
    failedRequests: sums.failed_requests,
    inputTokens: sums.input_tokens,
    cachedInputTokens: sums.cached_input_tokens,
    outputTokens: sums.output_tokens,
    reasoningTokens: sums.reasoning_tokens,
    totalTokens: sums.total_tokens,
    webSearches: sums.web_searches,
    costUsd: sums.total_cost,
    unpricedRequests: sums.unpriced_requests,
    unpricedSearches: sums.unpriced_searches,
    subscriptionRequests: sums.subscription_requests,
    subscriptionListCostUsd: sums.subscription_list_cost,
  })}\n`;

/** What a group without a name is called. */
const NAMELESS: Readonly<Record<UsageBy, string>> = {
  day: '',
  model: '(no model)',
  'requested-model': '(no model)',
  'sent-model': '(no model)',
  provider: '(no provider)',
  client: '(unknown client)',
  session: '(no session)',
  key: '(no managed key)',
  path: '/',
};

const keyNames = async (by: UsageBy, dataDir: string): Promise<ReadonlyMap<string, string>> => {
  if (by !== 'key') return new Map();
  const { keys } = await openFileKeyStore(dataDir).load();
  return new Map(keys.map(({ id, name }) => [id, name]));
};

const usage = async (
  flags: UsageFlags,
  { dataDir, log, pricing }: PricedLog,
  context: CommandContext,
): Promise<void> => {
  const { stdout, stderr, env } = context;
  const { by } = flags;
  const query = selectExchanges(flags, systemClock.now());
  const { timeZone: timezone } = Intl.DateTimeFormat().resolvedOptions();
  const table = await withProgress('exchanges read', context, async ({ step }) =>
    groupUsage({ log, query, prices: await pricing(), by, timezone, onRead: step }),
  );
  if (flags.json) {
    await writeAll(
      stdout,
      table.groups.map(({ name, sums }) => toJson(by, name, sums)),
    );
    return;
  }
  if (table.groups.length === 0) {
    stderr.write(`Nothing was used in that time, according to the log in ${dataDir}.\n`);
    return;
  }
  const names = await keyNames(by, dataDir);
  const nameOf = (name: string | undefined): string =>
    name === undefined ? NAMELESS[by] : (names.get(name) ?? name);
  const { columns } = screenOf(stdout, env);
  const style = {
    columns,
    colour: createColour(stdout, env),
    nameOf,
    maxRows: by === 'day' ? 366 : MAX_ROWS,
  };
  stdout.write(renderUsage(table, style));
};

/** `gomodel-ts usage`: what was used and what it cost, from the log alone. */
export const usageCommand = (context: CommandContext): Command =>
  new Command('usage')
    .summary('add up usage and cost')
    .description('Adds up requests, tokens and cost from the log, whether or not a gateway is running.')
    .addOption(new Option('--by <what>', 'what to group by').choices([...USAGE_BY]).default('day'))
    .option('--since <when>', 'only what started since then: 90s, 10m, 2h, 7d, or 2026-11-22', '30d')
    .option('--model <glob>', 'only these models; * matches anything')
    .option('--session <id>', 'only this session or thread; its first 8 characters are enough')
    .option('--key <id>', 'only requests with this managed key')
    .option('--user-path <path>', 'only this user path and everything below it')
    .option('--label <label>', 'only requests with this label')
    .option('--json', 'print one line of JSON per group')
    .option('--data-dir <folder>', 'where the log is (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((flags: UsageFlags) => readPricedLog(flags, context, (priced) => usage(flags, priced, context)));
