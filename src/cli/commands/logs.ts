import process from 'node:process';
import { Command } from 'commander';
import { systemClock } from '../../base/clock.ts';
import { GatewayError } from '../../base/errors.ts';
import { readStorage } from '../../config/read-storage.ts';
import type { ExchangeRecord, LogQuery, LogReader } from '../../log/port.ts';
import { openLogOf } from '../../server/open-log-of.ts';
import type { CommandContext } from '../context.ts';
import { followLog } from '../logs/follow-log.ts';
import { parseCount } from '../logs/parse-flags.ts';
import { type SelectFlags, selectExchanges } from '../logs/select-exchanges.ts';
import { showExchange } from '../logs/show-exchange.ts';
import { readSources } from '../read-config.ts';
import { createColour } from '../render/colour.ts';
import { screenOf } from '../render/tail/screen.ts';
import { tailLine } from '../render/tail/tail-line.ts';
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
tokens in▸of these cached, tokens out, how it ended and which tools it called.

Examples:
  $ gomodel-ts logs                         the last 20 exchanges
  $ gomodel-ts logs -f                      … and each further one as it ends
  $ gomodel-ts logs --errors --since 1d     what failed since yesterday
  $ gomodel-ts logs --status 4xx,503 --model 'gpt-5*'
  $ gomodel-ts logs req_01KAQ7ZC5X          one exchange whole: conversation, usage, timings
  $ gomodel-ts logs last --errors           the newest one that failed, whole
  $ gomodel-ts logs --json | jq .usage      records as NDJSON
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

const list = async (
  log: LogReader,
  query: LogQuery,
  limit: number,
  flags: LogsFlags,
  dataDir: string,
  context: CommandContext,
): Promise<void> => {
  const line = lineOf(context, flags.json === true);
  let count = 0;
  await withProgress('exchanges read', context, async ({ end }) => {
    for await (const records of log.list(query, { newest: limit })) {
      end();
      count += records.length;
      await writeAll(context.stdout, records.map(line));
    }
  });
  if (count > 0 || flags.json) return;
  context.stderr.write(
    `No such exchange in ${dataDir}. The gateway writes there: npx gomodel-ts serve, or --data-dir for another.\n`,
  );
};

/** The newest exchange is asked for by this word instead of an id. */
const LAST = 'last';

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
    throw new GatewayError(
      'invalid_usage',
      'an id shows one exchange whole: beside it only --json, --full and --data-dir mean something.',
    );
  }
  if (id !== LAST) return id;
  for await (const [newest] of log.list(selectExchanges(flags, systemClock.now()), { newest: 1 })) {
    if (newest) return newest.id;
  }
  throw new GatewayError('command_failed', `there is no such exchange in ${dataDir} yet.`);
};

const logs = async (id: string | undefined, flags: LogsFlags, context: CommandContext): Promise<void> => {
  const sources = await readSources(flags, context);
  const { dataDir } = sources;
  const json = flags.json === true;
  const log = await openLogOf({ dataDir, storage: readStorage(sources) }, systemClock, () =>
    context.stderr.write('The database does not answer: this is the log of this gateway alone.\n'),
  );
  try {
    await show(id, flags, { log, dataDir, json }, context);
  } finally {
    await log.close();
  }
};

interface ShownLog {
  readonly log: LogReader;
  readonly dataDir: string;
  readonly json: boolean;
}

const show = async (
  id: string | undefined,
  flags: LogsFlags,
  { log, dataDir, json }: ShownLog,
  context: CommandContext,
): Promise<void> => {
  if (id !== undefined) {
    const exchange = await resolveId(id, flags, log, dataDir);
    await showExchange({ log, dataDir, id: exchange, json, full: flags.full === true }, context);
    return;
  }
  const query = selectExchanges(flags, systemClock.now());
  // Whoever names a time wants everything since then.
  const limit = parseCount(flags.lines ?? (flags.since === undefined ? DEFAULT_COUNT : 'all'));
  if (flags.follow) {
    process.exitCode = await followLog({ log, query, limit, json }, context);
    // What a reader that stands still has not taken would keep the process alive.
    if (context.stdout.writableLength > 0) process.exit();
    return;
  }
  await list(log, query, limit, flags, dataDir, context);
};

/** `gomodel-ts logs`: reads the journal, with or without a running gateway. */
export const logsCommand = (context: CommandContext): Command =>
  new Command('logs')
    .summary('show what passed through the gateway')
    .description('Shows what passed through the gateway, newest last, or one exchange whole.')
    .argument('[id]', 'one exchange, by its id or the beginning of it; last: the newest')
    .option('-f, --follow', 'go on with each further exchange as it ends')
    .option(
      '-n, --lines <count>',
      `how many of the newest, or all (default ${DEFAULT_COUNT}; with --since all)`,
    )
    .option('--json', 'records as NDJSON; with an id, everything of it as one line')
    .option('--status <list>', 'only these statuses: 404, 4xx, 400-499, with commas between')
    .option('--model <glob>', 'only these models; * stands for anything')
    .option('--session <id>', 'only this session or thread; its first 8 characters are enough')
    .option('--key <id>', 'only what this managed key asked for')
    .option('--user-path <path>', 'only what was asked for this user path and below it')
    .option('--label <label>', 'only what has this label')
    .option('--since <when>', 'only what began since then: 90s, 10m, 2h, 1d, or 2026-11-22T14:00')
    .option('--errors', 'only what failed')
    .option('--full', 'with an id: fold nothing, and show the headers')
    .option('--data-dir <folder>', 'where the log is (GOMODEL_HOME)')
    .addHelpText('after', EXAMPLES)
    .action((id: string | undefined, flags: LogsFlags) => logs(id, flags, context));
