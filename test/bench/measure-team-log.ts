import { mkdtempSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { answerFleet } from '../../src/admin/answers/fleet.ts';
import { answerLog } from '../../src/admin/answers/log.ts';
import { answerGroups } from '../../src/admin/answers/usage-by.ts';
import { answerDaily } from '../../src/admin/answers/usage-daily.ts';
import { answerClients, answerModels } from '../../src/admin/answers/usage-groups.ts';
import { answerSessions } from '../../src/admin/answers/usage-sessions.ts';
import { answerSummary } from '../../src/admin/answers/usage-summary.ts';
import { createPricing } from '../../src/admin/cost/create-pricing.ts';
import { createFindBlock } from '../../src/postgres/bodies/find-block.ts';
import { createTableBlocks } from '../../src/postgres/bodies/table-blocks.ts';
import { createChanges } from '../../src/postgres/changes.ts';
import { type Database, openDatabase } from '../../src/postgres/database.ts';
import { createPostgresReader } from '../../src/postgres/log/reader.ts';
import { migrate } from '../../src/postgres/migrate.ts';
import { fillLog } from '../support/postgres/fill-log.ts';
import { startPostgres } from '../support/postgres/start-postgres.ts';
import { readCpuMs } from './process-figures.ts';
import { median } from './summarize.ts';

export interface TeamLogOptions {
  readonly exchanges: number;
  /** A database that this has filled before, or an empty one. Default: one on a server of its own, which goes with it. */
  readonly url?: string | undefined;
  /** Only questions whose name has this in it. */
  readonly only: string;
  readonly tell: (message: string) => void;
}

/** A question of the page, or how the log lies on disk. */
export type TeamLogFigure =
  | {
      readonly what: string;
      /** Medians. */
      readonly wallMs: number;
      /** Of this process, and of the connections to the server. */
      readonly cpuMs: number;
      readonly serverCpuMs: number;
      /** How often it was asked until its answer was complete. */
      readonly asked: number;
      readonly found: number;
    }
  | { readonly what: string; readonly bytesPerExchange: number };

const DAYS = 365;
const PEOPLE = 40;
const ROUNDS = 5;
const MAX_ASKED = 100;

interface Answered {
  readonly found: number;
  readonly isWhole?: boolean;
}
type Question = readonly [what: string, ask: () => Promise<Answered>];

const readSizes = async ({ query }: Database, exchanges: number): Promise<TeamLogFigure[]> => {
  const rows = await query<{ name: string; bytes: number }>(
    `SELECT regexp_replace(c.relname, '_\\d{8}$', '') AS name, sum(pg_total_relation_size(c.oid))::bigint AS bytes
      FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace
      WHERE n.nspname = 'gomodel' AND c.relkind = 'r' GROUP BY 1 ORDER BY 2 DESC`,
  );
  return rows
    .map(({ name, bytes }) => ({ what: `disk: ${name}`, bytesPerExchange: bytes / exchanges }))
    .filter(({ bytesPerExchange }) => bytesPerExchange >= 1);
};

const readServerCpuMs = async ({ query }: Database): Promise<number> => {
  const rows = await query<{ pid: number }>(
    'SELECT pid FROM pg_stat_activity WHERE datname = current_database()',
  );
  return rows.reduce((sum, { pid }) => sum + readCpuMs(pid), 0);
};

/** What the page asks of the log that a team shares. */
const questionsOf = (database: Database): { questions: Question[]; close: () => void } => {
  const changes = createChanges(database);
  const log = createPostgresReader({
    ...{ database, changes, now: () => performance.now() },
    findBlock: createFindBlock(database, [createTableBlocks(database)]),
  });
  const deps = {
    log,
    pricing: createPricing(mkdtempSync(join(tmpdir(), 'gomodel-prices-')), []),
    now: () => Date.now(),
    searchBodies: async () => ({ ids: new Set<string>(), isWhole: true }),
    nameOfKey: () => undefined,
    findTitle: async () => undefined,
    config: { policy: undefined },
  };
  const page =
    (query: string): (() => Promise<Answered>) =>
    async () => {
      const { total, incomplete } = await answerLog(deps, new URLSearchParams(query));
      return { found: total, isWhole: incomplete !== true };
    };
  const usage =
    (answer: (query: URLSearchParams) => Promise<unknown>, query: string): (() => Promise<Answered>) =>
    async () => {
      const told = await answer(new URLSearchParams(query));
      const isPaged = typeof told === 'object' && told !== null && 'total' in told;
      return { found: Array.isArray(told) ? told.length : isPaged ? Number(told.total) : 1 };
    };
  let one: { id: string; session: string; response: string } | undefined;
  const findOne = async () => {
    one ??= (
      await database.query<{ id: string; session: string; response: string }>(
        `SELECT id, session_id AS session, response_id AS response FROM gomodel.exchanges
          WHERE day = (clock_timestamp() - interval '200 days')::date LIMIT 1`,
      )
    )[0];
    return one ?? { id: '', session: '', response: '' };
  };
  const questions: Question[] = [
    ['first page', page('limit=50')],
    ...[
      'model=gpt-5.6*',
      'provider=openai',
      'status_code=5xx',
      'status_code=404',
      'status_code=running',
      'error_type=any',
      'client=codex_exec/0.169.0',
      'key=key_7',
      'user_path=/team-1',
      'label=team-2',
      'path=/v1/*',
      'tool=apply_patch',
      'tool=exec*&model=gpt-5.5',
      'tool=none_such',
      'days=30&key=key_7',
      'search=luna',
      'search=had an error',
      'search=nowhere',
    ].map((query): Question => [`page: ${query}`, page(query)]),
    ['page: session', async () => page(`session=${(await findOne()).session}`)()],
    ['page: id of a response', async () => page(`search=${(await findOne()).response}`)()],
    ['one exchange', async () => ({ found: (await log.get((await findOne()).id)) ? 1 : 0 })],
    ['one body', async () => ({ found: (await log.body((await findOne()).id, 'request')) ? 1 : 0 })],
    [
      'one thread',
      async () => ({ found: (await log.thread({ sessionId: (await findOne()).session })).length }),
    ],
    ['usage: summary', usage((query) => answerSummary(deps, query), 'days=365')],
    ['usage: summary of a key', usage((query) => answerSummary(deps, query), 'days=365&key=key_7')],
    ...['UTC', 'Europe/Warsaw', 'Asia/Kolkata', 'America/Los_Angeles'].map(
      (zone): Question => [
        `usage: daily ${zone}`,
        usage((query) => answerDaily(deps, query), `days=365&timezone=${zone}`),
      ],
    ),
    ...[
      'client=codex_exec',
      'key=key_7',
      'label=team-2',
      'user_path=/team-1',
      'client=codex_exec&label=team-2',
    ].flatMap((filter) =>
      ['Europe/Warsaw', 'America/Los_Angeles'].map(
        (zone): Question => [
          `usage: daily ${zone} ${filter}`,
          usage((query) => answerDaily(deps, query), `days=365&timezone=${zone}&${filter}`),
        ],
      ),
    ),
    ['usage: monthly', usage((query) => answerDaily(deps, query), 'days=365&interval=monthly')],
    ['usage: models', usage((query) => answerModels(deps, query), 'days=365')],
    ['usage: clients', usage((query) => answerClients(deps, query), 'days=365')],
    ...['key', 'user_path', 'label', 'model', 'client', 'session'].map(
      (by): Question => [`usage: by ${by}`, usage((query) => answerGroups(deps, query), `days=365&by=${by}`)],
    ),
    ['sessions of 30 days', usage((query) => answerSessions(deps, query), 'days=30')],
    ['sessions of a year', usage((query) => answerSessions(deps, query), 'days=365')],
    ['sessions of a year, searched', usage((query) => answerSessions(deps, query), 'days=365&search=luna')],
    ['fleet of 30 days', usage((query) => answerFleet(deps, query), 'days=30')],
    ['fleet of a year', usage((query) => answerFleet(deps, query), 'days=365')],
  ];
  return { questions, close: () => changes.close() };
};

/** What questions to a year of a team's log in PostgreSQL take. */
export async function* measureTeamLog({
  exchanges,
  url,
  only,
  tell,
}: TeamLogOptions): AsyncGenerator<TeamLogFigure> {
  const server = url === undefined ? await startPostgres() : undefined;
  const database = openDatabase({
    url: url ?? (await server?.createDatabase()) ?? '',
    maxConnections: 4,
    prepare: async (raw) => {
      await migrate(raw);
    },
  });
  const { questions, close } = questionsOf(database);
  try {
    const [known] = await database.query('SELECT FROM gomodel.exchanges LIMIT 1');
    if (!known) {
      tell(`filling a log with ${exchanges} exchanges`);
      await fillLog(database, { exchanges, days: DAYS, people: PEOPLE });
    }
    yield* await readSizes(database, exchanges);
    for (const [what, ask] of questions.filter(([what]) => what.includes(only))) {
      const [walls, cpus, servers]: [number[], number[], number[]] = [[], [], []];
      let asked = 1;
      let answered = await ask();
      for (; answered.isWhole === false && asked < MAX_ASKED; asked++) answered = await ask();
      for (let round = 0; round < ROUNDS; round++) {
        const serverMs = await readServerCpuMs(database);
        const cpu = process.cpuUsage();
        const startedAt = performance.now();
        await ask();
        walls.push(performance.now() - startedAt);
        const { user, system } = process.cpuUsage(cpu);
        cpus.push((user + system) / 1_000);
        servers.push((await readServerCpuMs(database)) - serverMs);
      }
      yield {
        what,
        wallMs: Math.round(median(walls)),
        cpuMs: Math.round(median(cpus)),
        serverCpuMs: Math.round(median(servers)),
        asked,
        found: answered.found,
      };
    }
  } finally {
    close();
    await database.close();
    await server?.remove();
  }
}
