import { createHash } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientEvent, ClientEventLog } from '../log/events/client-event.ts';
import { parseEvent } from '../log/events/parse-event.ts';
import type { Query } from './database.ts';
import { settleWithin } from './settle-within.ts';

export interface PostgresEventsDeps {
  readonly query: Query;
  /** 0: for ever. */
  readonly retentionDays: number;
  /** Milliseconds. */
  readonly now: () => number;
}

/** Of one conversation, as in the data folder. */
const MAX_CONVERSATION_BYTES = 2 ** 20;
/** Of all that arrive on one day, and of all that are kept. */
const MAX_DAY_BYTES = 256 * 2 ** 20;
const MAX_ALL_BYTES = 2 ** 30;
/** What waits to be written. */
const MAX_WAITING = 20_000;
const AT_ONCE = 500;
const MAX_IDS = 100;
const MAX_READ = 20_000;
const TRY_AGAIN_MS = 1_000;
const SETTLE_WITHIN_MS = 1_000;
const TIDY_EVERY_MS = 3_600_000;

const TODAY = `(clock_timestamp() AT TIME ZONE 'UTC')::date`;

/** What has no room is left out. */
const PUT = `WITH given AS (
    SELECT decode(conversation, 'hex') AS conversation, decode(digest, 'hex') AS digest, event, bytes
      FROM json_to_recordset($1::json) AS r (conversation text, digest text, event text, bytes integer)),
  known AS (
    SELECT conversation, sum(octet_length(event)) AS bytes FROM gomodel.client_events
      WHERE conversation IN (SELECT conversation FROM given) GROUP BY 1),
  added AS (
    INSERT INTO gomodel.client_events (conversation, digest, day, event)
    SELECT conversation, digest, ${TODAY}, event FROM (
      SELECT given.*, coalesce(known.bytes, 0) + sum(given.bytes) OVER (
          PARTITION BY conversation ORDER BY given.digest ROWS UNBOUNDED PRECEDING) AS total
        FROM given LEFT JOIN known USING (conversation)) AS counted
      WHERE total <= ${MAX_CONVERSATION_BYTES}
        AND NOT EXISTS (SELECT FROM gomodel.client_event_days WHERE day = ${TODAY} AND bytes > ${MAX_DAY_BYTES})
    ON CONFLICT DO NOTHING RETURNING day, octet_length(event) AS bytes)
  INSERT INTO gomodel.client_event_days AS d (day, bytes)
  SELECT day, sum(bytes) FROM added GROUP BY day
  ON CONFLICT (day) DO UPDATE SET bytes = d.bytes + excluded.bytes`;

/** The days that are too old, or of which the later ones have no room left. */
const TIDY = `WITH gone AS (
    DELETE FROM gomodel.client_event_days WHERE ($1 > 0 AND day < ${TODAY} - $1::integer)
      OR day < (SELECT dropped_before FROM gomodel.log_state)
      OR day IN (SELECT day FROM (
        SELECT day, sum(bytes) OVER (ORDER BY day DESC) AS total FROM gomodel.client_event_days) AS later
        WHERE total > ${MAX_ALL_BYTES})
    RETURNING day)
  DELETE FROM gomodel.client_events WHERE day IN (SELECT day FROM gone)`;

const hash = (text: string): string => createHash('sha256').update(text).digest('hex').slice(0, 32);

const rowOf = (event: ClientEvent) => {
  const text = JSON.stringify(event);
  return {
    ...{ conversation: hash(event.conversationId), digest: hash(text) },
    ...{ event: text, bytes: Buffer.byteLength(text) },
  };
};

/** Each once: a row cannot be added twice by one statement. */
const rowsOf = (events: readonly ClientEvent[]) => [
  ...new Map(events.map(rowOf).map((row) => [row.digest, row])).values(),
];

/** The events of all gateways of a database. */
export const createPostgresEvents = ({ query, retentionDays, now }: PostgresEventsDeps): ClientEventLog => {
  const waiting: ClientEvent[] = [];
  const stop = new AbortController();
  let writing: Promise<void> | undefined;
  let tidiedAtMs = Number.NEGATIVE_INFINITY;

  const tidy = async (): Promise<void> => {
    if (now() - tidiedAtMs < TIDY_EVERY_MS) return;
    tidiedAtMs = now();
    await query(TIDY, [Math.ceil(retentionDays)]);
  };
  const writeAll = async (): Promise<void> => {
    while (waiting.length > 0 && !stop.signal.aborted) {
      const batch = waiting.slice(0, AT_ONCE);
      try {
        await query(PUT, [JSON.stringify(rowsOf(batch))]);
        waiting.splice(0, batch.length);
        await tidy();
      } catch {
        // The database is away: `trouble` of it says so.
        await pause(TRY_AGAIN_MS, undefined, { signal: stop.signal, ref: false }).catch(() => {});
      }
    }
    writing = undefined;
  };
  // Also where nobody tells anything any more.
  const tidying = setInterval(() => void tidy().catch(() => {}), TIDY_EVERY_MS).unref();
  const flush = async (): Promise<void> => {
    if (writing) await settleWithin(SETTLE_WITHIN_MS, [writing]);
  };
  return {
    add: (events) => {
      waiting.push(...events.slice(0, MAX_WAITING - waiting.length));
      if (waiting.length > 0) writing ??= writeAll();
    },
    of: async (ids) => {
      await flush();
      const asked = [...new Set(ids.slice(0, MAX_IDS))].map(hash);
      if (asked.length === 0) return [];
      const rows = await query<{ event: string }>(
        `SELECT event FROM gomodel.client_events
          WHERE conversation IN (SELECT decode(id, 'hex') FROM unnest($1::text[]) AS id) LIMIT ${MAX_READ}`,
        [asked],
      );
      const found = rows.map(({ event }) => parseEvent(event)).filter((event) => event !== undefined);
      return found.sort((one, other) => Date.parse(one.at) - Date.parse(other.at));
    },
    flush,
    close: async () => {
      clearInterval(tidying);
      await flush();
      stop.abort();
    },
  };
};
