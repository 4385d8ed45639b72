import process from 'node:process';
import { Command } from 'commander';
import type { Pricing } from '../../admin/cost/create-pricing.ts';
import { GatewayError } from '../../base/errors.ts';
import { systemClock } from '../../base/time/clock.ts';
import { readStorage } from '../../config/read-storage.ts';
import type { ExchangeRecord, LogQuery, LogReader } from '../../log/port.ts';
import { openLogOf } from '../../server/open-log-of.ts';
import type { CommandContext } from '../context.ts';
import { followLog } from '../logs/follow-log.ts';
import { parseCount } from '../logs/parse-flags.ts';
import { hitLines, narrow, readSearch, runSearch } from '../logs/search-log.ts';
import { type SelectFlags, selectExchanges } from '../logs/select-exchanges.ts';
import { showExchange } from '../logs/show-exchange.ts';
import { readSources } from '../read-config.ts';
import { createColour } from '../render/colour.ts';
import { screenOf } from '../render/tail/screen.ts';
import { tailLine } from '../render/tail/tail-line.ts';
import { findPricing } from '../usage/open-priced-log.ts';
import { withProgress } from '../with-progress.ts';
import { writeAll } from '../write-all.ts';

interface LogsFlags extends SelectFlags {
  readonly follow?: boolean;
  readonly lines?: string;
  readonly json?: boolean;
  readonly full?: boolean;
  readonly dataDir?: string;
}

const DEFAULT_COUNT = '20';

const EXAMPLES = `
A line shows: time, status, path, model, client, body (decoded→sent), time to first byte, duration,
tokens in▸of which cached, tokens out, how it ended and which tools it called.

Examples:
  $ gomodel-ts logs                         the last 20 exchanges
  $ gomodel-ts logs -f                      … and each new one as it ends
  $ gomodel-ts logs --errors --since 1d     what failed since yesterday
  $ gomodel-ts logs --status 4xx,503 --model 'gpt-5*'
  $ gomodel-ts logs req_01KAQ7ZC5X          one exchange in full: conversation, usage, timings
  $ gomodel-ts logs last --errors           the newest failure, in full
  $ gomodel-ts logs 'rate limit'            who said it, in requests, answers and records
  $ gomodel-ts logs 'model:gpt-5* cost>0.1 cached<50% after:1d'
  $ gomodel-ts logs --json | jq .usage      records as NDJSON

A search has words, each of which must be found, "quoted texts", names (model: asked: sent: provider: tool: status: error: client: session:
key: team: label: method: path: after: before:) and comparisons (cost cached tokens input output time ttfb).
`;

const lineOf = (context: CommandContext, json: boolean): ((record: ExchangeRecord) => string) => {
  if (json) return (record) => `${JSON.stringify(record)}\n`;
  const width = screenOf(context.stdout, context.env).columns;
  const colour = createColour(context.stdout, context.env);
  return (record) => {
    const isRunning = record.durationMs === undefined && record.response.finish === undefined;
    const runningForMs = Math.max(0, systemClock.now() - Date.parse(record.startedAt));
    return `${tailLine(record, { width, colour, ...(isRunning && { runningForMs }) })}\n`;
  };
};

interface Listing {
  readonly log: LogReader;
  readonly query: LogQuery;
  readonly limit: number;
  readonly json: boolean;
  readonly dataDir: string;
  /** What was searched, to tell where it was said. */
  readonly text: string | undefined;
}

const list = async (listing: Listing, context: CommandContext): Promise<void> => {
  const { log, query, limit, json, dataDir, text } = listing;
  const line = lineOf(context, json);
  const colour = createColour(context.stdout, context.env);
  const width = screenOf(context.stdout, context.env).columns;
  let count = 0;
  await withProgress('exchanges read', context, async ({ end }) => {
    for await (const records of log.list(query, { newest: limit })) {
      end();
      count += records.length;
      if (text === undefined || json) {
        await writeAll(context.stdout, records.map(line));
        continue;
      }
      for (const record of records) {
        await writeAll(context.stdout, [line(record), await hitLines(log, record, text, width, colour)]);
      }
    }
  });
  if (count > 0 || json) return;
  context.stderr.write(
    `No such exchange in ${dataDir}. Start the gateway with npx gomodel-ts serve, or name another folder with --data-dir.\n`,
  );
};

/** The newest exchange is asked for by this word instead of an id. */
const LAST = 'last';
/** Ids are `req_` and a ULID, which begins so for the next hundreds of years. */
const ID = /^(?:req_[0-9a-z]*|0[0-9][0-9a-z]{1,24})$/i;

/**
 * The id that is meant: itself, or that of the newest exchange which the flags select.
 * @throws GatewayError invalid_usage where flags ask for a list beside an id
 */
const resolveId = async (id: string, flags: LogsFlags, log: LogReader, dataDir: string): Promise<string> => {
  const { follow, lines, status, model, session, key, userPath, label, since, errors } = flags;
  const isGiven = (...values: unknown[]): boolean => values.some((value) => value !== undefined);
  if (
    isGiven(follow, lines) ||
    (id !== LAST && isGiven(status, model, session, key, userPath, label, since, errors))
  ) {
    throw new GatewayError('invalid_usage', 'with an id, only --json, --full and --data-dir can be used.');
  }
  if (id !== LAST) return id;
  for await (const [newest] of log.list(selectExchanges(flags, systemClock.now()), { newest: 1 })) {
    if (newest) return newest.id;
  }
  throw new GatewayError('command_failed', `there is no such exchange in ${dataDir} yet.`);
};

const logs = async (words: readonly string[], flags: LogsFlags, context: CommandContext): Promise<void> => {
  const sources = await readSources(flags, context);
  const { dataDir } = sources;
  const json = flags.json === true;
  const log = await openLogOf({ dataDir, storage: readStorage(sources) }, systemClock, () =>
    context.stderr.write('The database does not answer: this is the log of this gateway only.\n'),
  );
  try {
    const pricing = () => findPricing(sources, context);
    await show(words, flags, { log, dataDir, json, pricing }, context);
  } finally {
    await log.close();
  }
};

interface ShownLog {
  readonly log: LogReader;
  readonly dataDir: string;
  readonly json: boolean;
  readonly pricing: () => Promise<Pricing>;
}

const show = async (
  words: readonly string[],
  flags: LogsFlags,
  { log, dataDir, json, pricing }: ShownLog,
  context: CommandContext,
): Promise<void> => {
  const [first] = words;
  if (words.length === 1 && first !== undefined && (first === LAST || ID.test(first))) {
    const id = await resolveId(first, flags, log, dataDir);
    await showExchange({ log, dataDir, id, json, full: flags.full === true }, context);
    return;
  }
  const searched = readSearch(words.join(' '));
  const text = searched.filter.search;
  const query = narrow(selectExchanges(flags, systemClock.now()), searched);
  // Whoever names a time wants everything since then.
  const isSince = flags.since !== undefined || searched.span !== undefined;
  const limit = parseCount(flags.lines ?? (isSince ? 'all' : DEFAULT_COUNT));
  if (flags.follow) {
    if (searched.measures.length > 0) {
      throw new GatewayError(
        'invalid_usage',
        'what an exchange costs or takes is known at its end: compare without --follow.',
      );
    }
    process.exitCode = await followLog({ log, query, limit, json }, context);
    // What a reader that stands still has not taken would keep the process alive.
    if (context.stdout.writableLength > 0) process.exit();
    return;
  }
  const isSearch = searched.measures.length > 0 || text !== undefined;
  const found = isSearch ? await runSearch({ log, pricing }, query, searched, context) : query;
  await list({ log, query: found, limit, json, dataDir, text }, context);
};

/** `gomodel-ts logs`: reads the journal, with or without a running gateway. */
export const logsCommand = (context: CommandContext): Command =>
  new Command('logs')
    .summary('show what passed through the gateway')
    .description(
      'Shows what passed through the gateway, newest last; what a search finds; or one exchange in full.',
    )
    .argument('[search...]', 'words, model:gpt-5*, cost>0.1 and so on; or the id of one exchange, or last')
    .option('-f, --follow', 'keep printing exchanges as they end')
    .option(
      '-n, --lines <count>',
      `how many of the newest, or all (default ${DEFAULT_COUNT}; with --since all)`,
    )
    .option('--json', 'print records as NDJSON; with an id, all of it as one line')
    .option('--status <list>', 'only these statuses, separated by commas: 404, 4xx, 400-499')
    .option('--model <glob>', 'only these models; * matches anything')
    .option('--session <id>', 'only this session or thread; its first 8 characters are enough')
    .option('--key <id>', 'only requests with this managed key')
    .option('--user-path <path>', 'only this user path and everything below it')
    .option('--label <label>', 'only requests with this label')
    .option('--since <when>', 'only what started since then: 90s, 10m, 2h, 1d, or 2026-11-22T14:00')
    .option('--errors', 'only failures')
    .option('--full', 'with an id: show everything, including headers')
    .option('--data-dir <folder>', 'where the log is (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((words: readonly string[], flags: LogsFlags) => logs(words, flags, context));
