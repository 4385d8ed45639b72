import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { beforeEach, describe, expect, it } from 'vitest';
import { answerCodex } from '../../src/admin/answers/codex-status.ts';
import { answerFleet } from '../../src/admin/answers/fleet.ts';
import { answerGroups } from '../../src/admin/answers/usage-by.ts';
import { answerDaily } from '../../src/admin/answers/usage-daily.ts';
import { answerClients, answerModels } from '../../src/admin/answers/usage-groups.ts';
import { answerSessions } from '../../src/admin/answers/usage-sessions.ts';
import { answerSummary } from '../../src/admin/answers/usage-summary.ts';
import { createPricing } from '../../src/admin/cost/create-pricing.ts';
import { parseOwnPrices } from '../../src/admin/cost/own-prices.ts';
import { createBill } from '../../src/admin/cost/price-book.ts';
import { groupUsage } from '../../src/cli/usage/group-usage.ts';
import type { ExchangeRecord, LoggedExchange, LogReader } from '../../src/log/port.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { createRandom } from '../support/dashboard/random.ts';
import { asBegun, loggedExchange, NO_BLOCKS, type OpenLog, openLog } from '../support/postgres/open-log.ts';
import { usePostgres } from '../support/postgres/use-postgres.ts';

const postgres = usePostgres();
const DAY_MS = 86_400_000;
const NOW_MS = Date.parse('2026-11-03T15:10:00Z');
const error = { origin: 'upstream', code: 'server_error', message: 'no' } as const;

/** Exchanges of eight days, of several of all that usage is told by; a few of them run, or are probes. */
const manyExchanges = (): LoggedExchange[] => {
  const random = createRandom(5);
  const texts = (prefix: string): string => `${prefix}-${random.between(0, 3)}`;
  return Array.from({ length: 700 }, (_, place) => {
    const atMs = NOW_MS - 8 * DAY_MS + place * 940_000 + random.between(0, 900_000);
    const inputTokens = random.between(1_000, 300_000);
    const hasFailed = random.chance(0.1);
    const record: Partial<ExchangeRecord> = {
      model: random.pick(['gpt-5.5', 'gpt-5.4', 'deepseek-chat', 'unheard-of']),
      provider: random.pick(['openai', 'openai', 'deepseek', 'chatgpt']),
      auth: 'master_key',
      stream: random.chance(0.8),
      durationMs: random.between(100, 9_000),
      ttfbMs: random.between(10, 90),
      status: hasFailed ? 500 : 200,
      ...(hasFailed && { error }),
      client: {
        name: 'codex_exec',
        version: random.pick(['1', '2']),
        sessionId: `session-${random.between(0, 40)}`,
        threadId: `thread-${random.between(0, 40)}`,
        ...(random.chance(0.5) && { repository: `github.com/corp/${texts('repo')}` }),
        ...(random.chance(0.5) && { policy: texts('policy') }),
      },
      ...(place % 7 === 0 && { serviceTier: place % 2 === 0 ? 'flex' : 'fast' }),
      ...(random.chance(0.05) && { findings: ['other_model'] }),
      response: hasFailed
        ? { finish: 'failed' }
        : {
            finish: 'completed',
            toolCalls: [texts('tool')],
            ...(place % 3 === 0 && { scriptCalls: [`nested-${place % 4}`] }),
          },
      ...(random.chance(0.9) && {
        usage: {
          inputTokens,
          cachedInputTokens: random.chance(0.3) ? 0 : inputTokens >> 1,
          cacheWriteTokens: 100,
          outputTokens: 500,
          reasoningTokens: 100,
          totalTokens: inputTokens + 500,
          ...(random.chance(0.2) && { webSearches: random.between(1, 5) }),
        },
      }),
      ...(random.chance(0.7) && {
        keyId: texts('key'),
        userPath: `/team/${texts('who')}`,
        labels: [texts('l'), 'all'],
      }),
      ...(random.chance(0.3) && { requestedModel: texts('fast'), sentModel: texts('sent') }),
      ...(random.chance(0.02) && { probe: true as const }),
    };
    const logged = loggedExchange(atMs, record);
    return random.chance(0.03) ? asBegun(logged) : logged;
  });
};

const search = (text: string): URLSearchParams => new URLSearchParams(text);
const rounded = (value: unknown): unknown =>
  JSON.parse(
    JSON.stringify(value, (_name, each) =>
      typeof each === 'number' ? Number((each + 1e-8).toFixed(5)) : each,
    ),
  );

describe('sums of the log in PostgreSQL', () => {
  let log: OpenLog;
  beforeEach(async () => {
    log = await openLog(postgres.server);
  });
  /** The same log by its rows alone. */
  const byRows = (): LogReader => {
    const { summed: _sums, summedSessions: _sessions, ...rest } = log.reader;
    return rest;
  };
  const pricing = createPricing(mkdtempSync(join(tmpdir(), 'gomodel-prices-')), []);
  const deps = (reader: LogReader) => ({
    log: reader,
    pricing,
    now: () => NOW_MS,
    searchBodies: async () => ({ ids: new Set<string>(), isWhole: true }),
    nameOfKey: () => undefined,
    findTitle: async () => undefined,
  });

  it.each([
    ['summary', answerSummary],
    ['daily', answerDaily],
    ['models', answerModels],
    ['clients', answerClients],
    ['groups', answerGroups],
    ['sessions', answerSessions],
  ] as const)('tell %s as its rows do, by every filter and in every zone', async (name, answer) => {
    const all = manyExchanges();
    await log.createSink().put(all, NO_BLOCKS);
    const queries = ['days=9', 'days=3', 'start_date=2026-10-28&end_date=2026-10-30', 'days=400'];
    const filters = [
      '',
      'model=gpt-5*',
      'provider=openai',
      'key=key-1',
      'user_path=/team',
      'label=l-2',
      'client=codex_exec/1',
      'client=codex_exec&label=all',
      'user_path=/team/who-1',
      'session=session-1',
    ];
    const zones = ['UTC', 'Europe/Warsaw', 'Asia/Kolkata', 'Asia/Kathmandu', 'America/Los_Angeles'];
    const more =
      name === 'daily'
        ? ['interval=daily', 'interval=monthly']
        : name === 'groups'
          ? [
              'by=key',
              'by=label',
              'by=user_path&depth=1',
              'by=model',
              'by=session',
              'by=sent_model',
              'by=client',
            ]
          : [''];
    for (const [place, query] of queries.entries()) {
      for (const [at, filter] of filters.entries()) {
        const zone = zones[(place + at) % zones.length];
        // Each of many with some of the filters and periods: all with all would take minutes.
        const some = more.length > 2 ? [0, 3].map((step) => more[(place + at + step) % more.length]) : more;
        for (const wish of some) {
          const asked = `${query}&${filter}&timezone=${zone}&${wish}&limit=200`;
          const summed = rounded(await answer(deps(log.reader), search(asked)));
          expect([asked, summed]).toEqual([asked, rounded(await answer(deps(byRows()), search(asked)))]);
        }
      }
    }
    const [day] = await answerDaily(deps(log.reader), search('days=1&interval=hourly&timezone=Asia/Kolkata'));
    expect(day?.date).toMatch(/:30:00/);
  });

  it('tell the fleet as its rows do, with what was paid for again, however it was copied', async () => {
    const all = manyExchanges();
    const sinks = [log.createSink('one'), log.createSink('two')] as const;
    for (let from = 0; from < all.length; from += 60) {
      await sinks[(from / 60) % 2 === 0 ? 0 : 1].put(all.slice(from, from + 60), NO_BLOCKS);
    }
    const ask = async (reader: LogReader, query: string) => {
      const { clients, people, repositories, other_models, ...rest } = await answerFleet(
        { ...deps(reader), config: { policy: undefined } },
        search(query),
      );
      const sorted = (rows: readonly object[]) => rows.map((row) => JSON.stringify(rounded(row))).sort();
      return [rest, ...[clients, people, repositories, other_models].map(sorted)];
    };
    for (const query of ['days=9&timezone=UTC', 'days=400&timezone=Asia/Kolkata']) {
      const told = await ask(log.reader, query);
      expect(told).toEqual(await ask(byRows(), query));
      expect(JSON.stringify(told)).toMatch(/cache_losses\\":[1-9]/);
    }
  });

  it('tell usage in the terminal and the clients of Codex as rows do', async () => {
    await log.createSink().put(manyExchanges(), NO_BLOCKS);
    const prices = await pricing();
    for (const by of ['day', 'model', 'path', 'session'] as const) {
      const input = { query: {}, prices, by, timezone: 'Asia/Tokyo', onRead: () => {} };
      const rows = await groupUsage({ ...input, log: byRows() });
      const named = ({ groups, total }: typeof rows) =>
        rounded([total, [...groups].sort((one, other) => ((one.name ?? '') < (other.name ?? '') ? -1 : 1))]);
      expect(named(await groupUsage({ ...input, log: log.reader }))).toEqual(named(rows));
    }
    const inspect = () => {
      throw new Error('not asked for');
    };
    const clients = async (reader: LogReader) =>
      answerCodex({ ...deps(reader), inspect }).then(
        ({ clients: seen }) => seen,
        (cause: Error) => cause.message,
      );
    expect(await clients(log.reader)).toEqual(await clients(byRows()));
  });

  it('count what is told again once, and what ran at its end', async () => {
    const ended = loggedExchange(NOW_MS, {
      model: 'late',
      usage: { inputTokens: 10, totalTokens: 10 },
    });
    const begun = asBegun(ended);
    const sums = async () => log.reader.sums({}, ['model'], 'UTC');
    const sinks = [log.createSink(), log.createSink()] as const;
    await sinks[0].put([begun, begun], NO_BLOCKS);
    expect(await sums()).toMatchObject([{ requests: 1, inputTokens: 0 }]);
    expect((await log.reader.page({ filter: { status_code: 'running' } }, { limit: 5 })).total).toBe(1);
    for (const batch of [[begun], [ended], [ended, begun], [ended]]) {
      await Promise.all(sinks.map((sink) => sink.put(batch, NO_BLOCKS)));
    }
    expect(await sums()).toMatchObject([{ group: ['late'], requests: 1, inputTokens: 10 }]);
    expect((await log.reader.page({ filter: { status_code: 'running' } }, { limit: 5 })).total).toBe(0);
    expect((await log.reader.page({}, { limit: 5 })).total).toBe(1);
  });

  it('are as many where several gateways write at once', async () => {
    const many = Array.from({ length: 8 }, () => manyExchanges());
    await Promise.all(many.map((all, place) => log.createSink(`gateway-${place}`).put(all, NO_BLOCKS)));
    const [sum] = await log.reader.sums({}, [], 'UTC');
    const probes = many.flat().filter(({ record }) => record.probe).length;
    expect(sum?.requests).toBe(8 * 700 - probes);
    expect((await log.reader.page({}, { limit: 1 })).total).toBe(8 * 700);
  });

  it('are taken over from a database that had none by client and team', async () => {
    const { database } = log;
    const all = manyExchanges();
    await log.createSink().put(all.slice(0, 350), NO_BLOCKS);
    // As the version before has left it.
    await database.query(`
      ALTER TABLE gomodel.kinds DROP COLUMN client_id, DROP COLUMN team_id;
      DROP TABLE gomodel.usage_sums_6, gomodel.usage_sums_7, gomodel.usage_sums_8, gomodel.usage_sums_9;
      DROP INDEX gomodel.usage_sums_1_kind;
      DELETE FROM gomodel.stream_times WHERE grain = 10;
      DELETE FROM gomodel.migrations WHERE name = 'sums-by-client'`);
    expect((await migrate(database)).map(({ name }) => name)).toEqual(['sums-by-client']);
    await log.createSink('two').put(all.slice(350), NO_BLOCKS);
    for (const filter of ['', 'client=codex_exec/1', 'label=l-2', 'user_path=/team', 'key=key-1']) {
      for (const zone of ['UTC', 'America/Los_Angeles']) {
        const asked = search(`days=400&timezone=${zone}&${filter}`);
        for (const answer of [answerDaily, answerClients, answerSummary]) {
          expect([filter, rounded(await answer(deps(log.reader), asked))]).toEqual([
            filter,
            rounded(await answer(deps(byRows()), asked)),
          ]);
        }
      }
    }
    const sums = await database.query<{ grain: number; requests: number }>(
      'SELECT grain, sum(requests) AS requests FROM gomodel.usage_sums WHERE band <> -2 GROUP BY grain',
    );
    expect(sums).toHaveLength(9);
    expect(new Set(sums.map(({ requests }) => Number(requests))).size).toBe(1);
  });

  it('are kept where retention drops the rows, and count what comes late no more', async () => {
    const usage = { inputTokens: 7, totalTokens: 7 };
    const [old, young] = [40, 1].map((age) => loggedExchange(Date.now() - age * DAY_MS, { usage })) as [
      LoggedExchange,
      LoggedExchange,
    ];
    const sink = log.createSink();
    await sink.put([old, young, asBegun(loggedExchange(Date.now() - 41 * DAY_MS))], NO_BLOCKS);
    await sink.enforce({ retentionDays: 30 });
    expect((await log.reader.page({}, { limit: 9 })).total).toBe(1);
    expect(await log.reader.sums({}, [], 'UTC')).toMatchObject([{ requests: 2, inputTokens: 14 }]);
    await sink.put([old], NO_BLOCKS);
    expect(await log.reader.sums({}, [], 'UTC')).toMatchObject([{ requests: 2, inputTokens: 14 }]);
    expect((await log.reader.page({}, { limit: 9 })).total).toBe(2);
  });

  it('cost the same where prices rise with the length of the input', async () => {
    const own = parseOwnPrices(
      JSON.stringify({
        '*': { input: 1, output: 0, above: [{ input_tokens: 50_000, input: 9, output: 0 }] },
      }),
    );
    const prices = { findRates: own.find, bill: createBill(own.find), problems: [] };
    await log.createSink().put(manyExchanges(), NO_BLOCKS);
    const tiered = (reader: LogReader) => ({ ...deps(reader), pricing: async () => prices });
    const asked = search('days=9&timezone=UTC');
    expect(rounded(await answerSummary(tiered(log.reader), asked))).toEqual(
      rounded(await answerSummary(tiered(byRows()), asked)),
    );
  });
});
