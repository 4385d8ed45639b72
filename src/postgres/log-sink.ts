import { GatewayError } from '../base/errors.ts';
import { errorCodeOf } from '../base/system-error.ts';
import type { BodyReference, LoggedExchange, LogSink, LogSource } from '../log/port.ts';
import { CHANNEL } from './changes.ts';
import type { Database, Query } from './database.ts';
import { COLUMNS, dayOfId, rowOf } from './log-columns.ts';
import { encodeDetail } from './log-detail.ts';

export interface PostgresSinkDeps {
  readonly database: Database;
  /** Of this gateway: names of its files are its own. */
  readonly instance: string;
  /** Called with what the database does not take, and why. */
  readonly onUnstorable: (id: string, why: string) => void;
}

interface Pack {
  readonly id: number;
  readonly day: string;
  /** Up to where its blocks are in the database. */
  end: number;
}

const names = COLUMNS.map(({ name }) => name).join(', ');
const typed = COLUMNS.map(({ name, type }) => `${name} ${type}`).join(', ');
const changed = COLUMNS.filter(({ name }) => name !== 'day' && name !== 'id')
  .map(({ name }) => `${name} = excluded.${name}`)
  .join(', ');

/** An exchange that has ended in the database stays as it is: it is told more than once. */
const PUT = `INSERT INTO gomodel.exchanges (${names}, detail, instance)
  SELECT ${names}, decode(detail, 'base64'), $2 FROM json_to_recordset($1::json) AS r (${typed}, detail text)
  ON CONFLICT (day, id) DO UPDATE
    SET ${changed}, detail = excluded.detail, instance = excluded.instance, tx = pg_current_xact_id()
    WHERE exchanges.duration_ms IS NULL AND excluded.duration_ms IS NOT NULL`;

/** Age is also measured against the newest day: a clock that is far ahead drops nothing. */
const ENFORCE = `SELECT gomodel.drop_days(
  least((clock_timestamp() AT TIME ZONE 'UTC')::date, max(to_date(right(relname, 8), 'YYYYMMDD'))) - $1::integer)
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'gomodel.exchanges'::regclass`;

const WRITE_WITHIN_MS = 60_000;
/** Blocks that are sent at once. */
const MAX_BLOCK_BYTES = 4 * 2 ** 20;
const MAX_KNOWN_PACKS = 1_000;

/** The table of a day is gone: another gateway has found it too old. */
const NO_DAY = '23514';

/** Wrong data: a value that the table does not take, or is too long for its index. */
const isUnstorable = (error: unknown): boolean => {
  const code = error instanceof GatewayError ? errorCodeOf(error.cause) : '';
  return code !== NO_DAY && /^(?:22|23|54)/.test(code);
};

/** Copies a gateway's log into the database that it shares with others. */
export const createPostgresSink = ({ database, instance, onUnstorable }: PostgresSinkDeps): LogSink => {
  const days = new Set<string>();
  const packs = new Map<string, Pack>();

  const makeDays = async (wanted: Iterable<string>): Promise<void> => {
    const missing = [...new Set(wanted)].filter((day) => !days.has(day)).sort();
    if (missing.length === 0) return;
    await database.query('SELECT gomodel.make_days($1::date[])', [missing], { timeoutMs: WRITE_WITHIN_MS });
    for (const day of missing) days.add(day);
  };

  const openPack = async (name: string): Promise<Pack> => {
    const known = packs.get(name);
    if (known) return known;
    const day = name.slice(0, 10);
    await makeDays([day]);
    const [row] = await database.query<{ id: number; end: number }>(
      `WITH made AS (
         INSERT INTO gomodel.packs (name, day) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id)
       SELECT made.id, (SELECT coalesce(max(start + octet_length(bytes)), 0) FROM gomodel.body_blocks
         WHERE day = $2 AND pack_id = made.id) AS "end" FROM made`,
      [`${instance}/${name}`, day],
    );
    const pack: Pack = { id: row?.id ?? 0, day, end: row?.end ?? 0 };
    if (packs.size >= MAX_KNOWN_PACKS) packs.clear();
    packs.set(name, pack);
    return pack;
  };

  /** Sends the blocks of a pack up to an offset: later bodies may be stored as differences from any of them. */
  const putBlocks = async (name: string, to: number, source: Pick<LogSource, 'blocks'>): Promise<void> => {
    const pack = await openPack(name);
    if (pack.end >= to) return;
    let starts: number[] = [];
    let all: Buffer[] = [];
    let waiting = 0;
    const send = async (): Promise<void> => {
      if (starts.length === 0) return;
      await database.query(
        `INSERT INTO gomodel.body_blocks (day, pack_id, start, bytes)
         SELECT $1, $2, start, bytes FROM unnest($3::bigint[], $4::bytea[]) AS b (start, bytes)
         ON CONFLICT DO NOTHING`,
        [pack.day, pack.id, starts, all],
        { timeoutMs: WRITE_WITHIN_MS },
      );
      pack.end = (starts.at(-1) ?? 0) + (all.at(-1)?.length ?? 0);
      starts = [];
      all = [];
      waiting = 0;
    };
    for await (const { start, bytes } of source.blocks(name, pack.end, to)) {
      starts.push(start);
      all.push(bytes);
      waiting += bytes.length;
      if (waiting >= MAX_BLOCK_BYTES) await send();
    }
    await send();
    // What is gone from the disk will not come any more.
    pack.end = Math.max(pack.end, to);
  };

  const putRows = async (rows: readonly object[]): Promise<void> =>
    database.transact(async (query: Query) => {
      await query(PUT, [JSON.stringify(rows), instance], { timeoutMs: WRITE_WITHIN_MS });
      await query('SELECT pg_notify($1, $2)', [CHANNEL, 'log']);
    });

  const forget = (): void => {
    days.clear();
    packs.clear();
  };
  const put: LogSink['put'] = async (batch, source) => {
    await makeDays(batch.map(({ record }) => dayOfId(record.id)));
    for (const [name, to] of endsOf(batch)) await putBlocks(name, to, source);
    const rows = await Promise.all(
      batch.map(async (exchange) => ({
        ...rowOf(exchange),
        detail: (await encodeDetail(exchange)).toString('base64'),
      })),
    );
    try {
      await putRows(rows);
    } catch (error) {
      if (!isUnstorable(error)) throw error;
      // One of them is to blame: the others must not wait for it.
      for (const [place, row] of rows.entries()) {
        await putRows([row]).catch((cause: unknown) => {
          if (!isUnstorable(cause)) throw cause;
          onUnstorable(batch[place]?.record.id ?? '', String((cause as Error).message));
        });
      }
    }
  };
  return {
    put: (batch, source) =>
      put(batch, source).catch((cause: unknown) => {
        // What was known of the tables may be wrong by now.
        forget();
        throw cause;
      }),
    enforce: async ({ retentionDays }) => {
      if (retentionDays === 0) return;
      // What waits for the tables' lock would make everybody else wait.
      await database.transact(async (query) => {
        await query(`SET LOCAL lock_timeout = '2s'`);
        await query(ENFORCE, [Math.ceil(retentionDays)]);
      });
      forget();
    },
  };
};

/** Up to where the blocks of each pack are needed. */
const endsOf = (batch: readonly LoggedExchange[]): ReadonlyMap<string, number> => {
  const ends = new Map<string, number>();
  for (const { bodies } of batch) {
    for (const { block } of [bodies.request, bodies.response].filter(
      (one): one is BodyReference => one !== undefined,
    )) {
      if (block) ends.set(block.pack, Math.max(ends.get(block.pack) ?? 0, block.offset + block.length));
    }
  }
  return ends;
};
