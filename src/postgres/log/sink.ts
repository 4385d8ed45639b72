import { setImmediate as nextTurn } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import { errorCodeOf } from '../../base/system-error.ts';
import type { LoggedExchange, LogSink } from '../../log/port.ts';
import type { BlockStore } from '../bodies/block-store.ts';
import { createBlockWriter } from '../bodies/write-blocks.ts';
import { CHANNEL } from '../changes.ts';
import type { Database, Query } from '../database.ts';
import { definitionsOf, namesOf, valuesOf } from './column.ts';
import { COLUMNS, dayOfId } from './columns.ts';
import { createDayTables } from './day-tables.ts';
import { encodeDetail } from './detail.ts';
import { findAbandoned } from './end-abandoned.ts';
import { kindOf, STORED_KIND_COLUMNS, TOOLS_COLUMNS, toolsOf } from './kinds.ts';
import { createSharedRowWriter } from './put-shared-rows.ts';
import { createRegistration } from './register-gateway.ts';

export interface PostgresSinkDeps {
  readonly database: Database;
  /** Of this gateway: names of its files are its own. */
  readonly instance: string;
  /** Where bodies go before the rows that name them; absent where another sink takes them. */
  readonly blockStore?: BlockStore | undefined;
  /** Called with what the database does not take, and why. */
  readonly onUnstorable: (id: string, why: string) => void;
}

const names = `${namesOf(COLUMNS)}, kind_id, tools_id`;
const changed = COLUMNS.filter(({ name }) => name !== 'day' && name !== 'id')
  .map(({ name }) => `${name} = excluded.${name}`)
  .join(', ');

/** An exchange that has ended in the database stays as it is: it is told more than once. */
const PUT = `INSERT INTO gomodel.exchanges (${names}, detail, instance_id)
  SELECT ${names}, decode(detail, 'base64'), $2 FROM json_to_recordset($1::json)
    AS r (${definitionsOf(COLUMNS)}, kind_id bigint, tools_id bigint, detail text)
  ON CONFLICT (day, id) DO UPDATE
    SET ${changed}, kind_id = excluded.kind_id, tools_id = excluded.tools_id, detail = excluded.detail,
      instance_id = excluded.instance_id, tx = pg_current_xact_id()
    WHERE exchanges.duration_ms IS NULL AND excluded.duration_ms IS NOT NULL`;

/** Age is also measured against the newest day: a clock that is far ahead drops nothing. */
const ENFORCE = `SELECT gomodel.drop_days(
  least((clock_timestamp() AT TIME ZONE 'UTC')::date, max(to_date(right(relname, 8), 'YYYYMMDD'))) - $1::integer)
  FROM pg_inherits JOIN pg_class ON pg_class.oid = inhrelid
  WHERE inhparent = 'gomodel.exchanges'::regclass`;

/** Some milliseconds of work. */
const ROWS_AT_ONCE = 25;
/** Before others are taken for dead: with one every 15 s, as long as they have to be missed. */
export const MIN_SIGHTINGS = 40;
const WRITE_WITHIN_MS = 60_000;

/** The table of a day is gone: another gateway has found it too old. */
const NO_DAY = '23514';

/** Wrong data: a value that the table does not take, or is too long for its index. */
const isUnstorable = (error: unknown): boolean => {
  const code = error instanceof GatewayError ? errorCodeOf(error.cause) : '';
  return code !== NO_DAY && /^(?:22|23|54)/.test(code);
};

/** Copies a gateway's log into the database that it shares with others. */
export const createPostgresSink = ({
  database,
  instance,
  blockStore,
  onUnstorable,
}: PostgresSinkDeps): LogSink => {
  const days = createDayTables(database.query);
  const makeDay = (day: string) => days.make([day]);
  const blocks = blockStore && createBlockWriter({ database, store: blockStore, makeDay });
  const kinds = createSharedRowWriter(database, 'kinds', STORED_KIND_COLUMNS);
  const tools = createSharedRowWriter(database, 'tool_calls', TOOLS_COLUMNS);
  const registration = createRegistration(database.query, instance);
  /** How often in a row this gateway was seen. */
  let sightings = 0;

  const rowOf = (exchange: LoggedExchange) => {
    const { record, isEnded } = exchange;
    const values = valuesOf(COLUMNS, record, isEnded);
    const { kind, reduced } = kindOf(record, isEnded);
    const called = toolsOf(record);
    const detail = encodeDetail(exchange, values).toString('base64');
    return {
      kinds: [kind, ...reduced],
      called,
      row: { ...values, kind_id: kind.id, tools_id: called?.id ?? null, detail },
    };
  };

  const putRows = async (rows: readonly object[], owner: number): Promise<void> =>
    database.transact(async (query: Query) => {
      await query(PUT, [JSON.stringify(rows), owner], { timeoutMs: WRITE_WITHIN_MS });
      await query('SELECT pg_notify($1, $2)', [CHANNEL, 'log']);
    });

  const forget = (): void => {
    blocks?.forget();
    for (const each of [days, kinds, tools, registration]) each.forget();
  };
  const put: LogSink['put'] = async (told, source) => {
    const batch = latestOf(told);
    await days.make(batch.map(({ record }) => dayOfId(record.id)));
    const owner = await registration.number();
    await blocks?.put(owner, batch, source);
    const made: ReturnType<typeof rowOf>[] = [];
    for (let first = 0; first < batch.length; first += ROWS_AT_ONCE) {
      made.push(...batch.slice(first, first + ROWS_AT_ONCE).map(rowOf));
      // Requests do not wait for the log.
      await nextTurn();
    }
    await kinds.put(made.flatMap((one) => one.kinds));
    await tools.put(made.map(({ called }) => called).filter((called) => called !== undefined));
    const rows = made.map(({ row }) => row);
    try {
      await putRows(rows, owner);
    } catch (error) {
      if (!isUnstorable(error)) throw error;
      // One of them is to blame: the others must not wait for it.
      for (const [place, row] of rows.entries()) {
        await putRows([row], owner).catch((cause: unknown) => {
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
    tend: async () => {
      const before = sightings;
      sightings = 0;
      const ownId = await registration.number();
      await database.query('UPDATE gomodel.instances SET seen_at = clock_timestamp() WHERE id = $1', [ownId]);
      sightings = before + 1;
      // While the database was away, it saw nobody: others must have had the time to be seen.
      if (sightings < MIN_SIGHTINGS) return;
      for (const { instanceId: owner, exchanges } of await findAbandoned(database.query, ownId)) {
        const made = exchanges.map(rowOf);
        await kinds.put(made.flatMap((one) => one.kinds));
        await putRows(
          made.map(({ row }) => row),
          owner,
        );
      }
    },
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

/** Of an exchange that is told twice, its end. */
const latestOf = (batch: readonly LoggedExchange[]): readonly LoggedExchange[] => {
  const latest = new Map<string, LoggedExchange>();
  for (const each of batch) {
    if (each.isEnded || !latest.has(each.record.id)) latest.set(each.record.id, each);
  }
  return [...latest.values()];
};
