import { once } from 'node:events';
import { Socket } from 'node:net';
import pg from 'pg';
import { GatewayError } from '../base/errors.ts';
import { createHideSecrets } from '../base/secrets/hide-secrets.ts';
import { errorCodeOf } from '../base/system-error.ts';
import { placeOf, secretsOf } from './read-address.ts';
import { REMEDIES } from './remedies.ts';
import { settleWithin } from './settle-within.ts';

interface QueryWish {
  /** After so long the connection is given up, and the query fails. Default 10 s. */
  readonly timeoutMs?: number;
}

/** @throws GatewayError storage_unavailable */
export type Query = <Row>(
  text: string,
  values?: readonly unknown[],
  wish?: QueryWish,
) => Promise<readonly Row[]>;

/** Why a database cannot be used, since when, in a sentence without secrets. */
interface DatabaseTrouble {
  /** ISO 8601, UTC. */
  readonly since: string;
  readonly message: string;
}

/** What is heard of one connection that listens. */
interface Listening {
  readonly onNotification: (payload: string) => void;
  /** Nothing more will come. */
  readonly onEnd: () => void;
}

/** A PostgreSQL database and a few connections to it. */
export interface Database {
  /** Host, port and name, for messages: without user and password. */
  readonly place: string;
  /** Undefined while it answers, or as long as nobody has asked. */
  readonly trouble: DatabaseTrouble | undefined;
  /** Called when trouble begins, changes and ends. @returns a function that stops */
  onTrouble(listener: (trouble: DatabaseTrouble | undefined) => void): () => void;
  readonly query: Query;
  /** All of it or nothing. @throws what `work` throws, and GatewayError storage_unavailable */
  transact<Result>(work: (query: Query) => Promise<Result>): Promise<Result>;
  /** Listens on a connection of its own. @returns a function that stops @throws GatewayError storage_unavailable */
  listen(channel: string, listening: Listening): Promise<() => void>;
  /** Waits for what runs, and breaks off what does not end. */
  close(): Promise<void>;
}

export interface DatabaseDeps {
  /** With its password. */
  readonly url: string;
  readonly maxConnections: number;
  /** Run before the first query, until it has worked once: brings the tables to where this version expects them. */
  readonly prepare?: (raw: Pick<Database, 'query' | 'transact'>) => Promise<void>;
}

const CONNECT_WITHIN_MS = 3_000;
/** After a connection could not be made, nobody else waits for one for so long. */
const CONNECT_AGAIN_AFTER_MS = 500;
const ANSWER_WITHIN_MS = 10_000;
const CLOSE_WITHIN_MS = 2_000;
const LEAVE_WITHIN_MS = 300;
const INT8 = 20;

/** Whole numbers of the tables are below 2^53. */
const types: pg.CustomTypesConfig = {
  getTypeParser: (oid: number, format?: 'text' | 'binary') =>
    oid === INT8 ? Number : pg.types.getTypeParser(oid, format as 'text'),
};

/** Opens no connection before the first query. */
export const openDatabase = ({ url, maxConnections, prepare }: DatabaseDeps): Database => {
  const place = placeOf(url);
  const hideSecrets = createHideSecrets(secretsOf(url));
  const listeners = new Set<(trouble: DatabaseTrouble | undefined) => void>();
  const settings = {
    connectionString: url,
    connectionTimeoutMillis: CONNECT_WITHIN_MS,
    application_name: 'gomodel-ts',
    keepAlive: true,
    types,
    stream: () => {
      const socket = new Socket();
      sockets.add(socket);
      return socket.once('close', () => sockets.delete(socket));
    },
  };
  const pool = new pg.Pool({
    ...settings,
    max: maxConnections,
    query_timeout: ANSWER_WITHIN_MS,
    allowExitOnIdle: true,
  });
  // Of connections that nobody uses at the moment: the next query takes another one.
  pool.on('error', () => {});
  // One that breaks between two queries fails the next; without a listener it would end the process.
  pool.on('connect', (client) => {
    client.on('error', () => {});
    // A table a day makes plans look so costly that compiling them takes longer than all else.
    // A year of sums is sorted and hashed in memory; with the 4 MB of the default, on disk.
    client.query("SET jit = off; SET work_mem = '16MB'").catch(() => {});
  });
  const sockets = new Set<Socket>();
  let trouble: DatabaseTrouble | undefined;
  let prepared: Promise<void> | undefined;
  let unreachable: { readonly error: GatewayError; readonly untilMs: number } | undefined;

  const change = (next: DatabaseTrouble | undefined): void => {
    if (next?.message === trouble?.message) return;
    trouble = next;
    for (const listener of listeners) listener(next);
  };
  const explain = (cause: unknown): GatewayError => {
    const code = errorCodeOf(cause);
    const why = hideSecrets(cause instanceof Error ? cause.message || code : String(cause));
    const remedy = REMEDIES[code] ?? 'Look into the log of the server.';
    const message = `PostgreSQL at ${place} cannot be used: ${why.replace(/\.$/, '')}. ${remedy}`;
    return new GatewayError('storage_unavailable', message, { cause, headers: { 'retry-after': '2' } });
  };
  const failed = (cause: unknown): GatewayError => {
    const error = explain(cause);
    change({ since: trouble?.since ?? new Date().toISOString(), message: error.message });
    return error;
  };
  /** Connects, and gives the connection back: a broken one is closed. */
  const borrow = async <Result>(work: (client: pg.PoolClient) => Promise<Result>): Promise<Result> => {
    if (unreachable && performance.now() < unreachable.untilMs) throw unreachable.error;
    let client: pg.PoolClient;
    try {
      client = await pool.connect();
      unreachable = undefined;
    } catch (cause) {
      const error = failed(cause);
      unreachable = { error, untilMs: performance.now() + CONNECT_AGAIN_AFTER_MS };
      throw error;
    }
    try {
      const result = await work(client);
      client.release();
      change(undefined);
      return result;
    } catch (cause) {
      client.release(true);
      throw cause instanceof GatewayError ? cause : failed(cause);
    }
  };
  const queryOn =
    (client: pg.PoolClient): Query =>
    async <Row>(text: string, values: readonly unknown[] = [], { timeoutMs }: QueryWish = {}) => {
      const query = {
        text,
        ...(values.length > 0 && { values: [...values] }),
        ...(timeoutMs !== undefined && { query_timeout: timeoutMs }),
      };
      return (await client.query(query)).rows as readonly Row[];
    };
  const raw: Pick<Database, 'query' | 'transact'> = {
    query: (text, values, wish) => borrow((client) => queryOn(client)(text, values, wish)),
    transact: (work) =>
      borrow(async (client) => {
        await client.query('BEGIN');
        try {
          const result = await work(queryOn(client));
          await client.query('COMMIT');
          return result;
        } catch (cause) {
          // Where that fails, too, the connection is closed, which undoes it.
          await client.query('ROLLBACK').catch(() => {});
          throw cause;
        }
      }),
  };
  const ready = async (): Promise<void> => {
    prepared ??= prepare?.(raw).catch((cause: unknown) => {
      prepared = undefined;
      throw cause;
    });
    await prepared;
  };

  return {
    place,
    get trouble() {
      return trouble;
    },
    onTrouble: (listener) => {
      listeners.add(listener);
      return () => void listeners.delete(listener);
    },
    query: async (text, values, wish) => {
      await ready();
      return raw.query(text, values, wish);
    },
    transact: async (work) => {
      await ready();
      return raw.transact(work);
    },
    listen: async (channel, { onNotification, onEnd }) => {
      await ready();
      const client = new pg.Client(settings);
      let isOver = false;
      const end = (): void => {
        if (isOver) return;
        isOver = true;
        client.end().catch(() => {});
        onEnd();
      };
      client.on('error', end);
      client.on('end', end);
      client.on('notification', ({ payload = '' }) => onNotification(payload));
      try {
        await client.connect();
        await client.query(`LISTEN ${pg.escapeIdentifier(channel)}`);
      } catch (cause) {
        isOver = true;
        client.end().catch(() => {});
        // Some poolers of connections never let anybody listen: no trouble for all else.
        throw explain(cause);
      }
      return () => {
        isOver = true;
        client.end().catch(() => {});
      };
    },
    close: async () => {
      listeners.clear();
      await settleWithin(CLOSE_WITHIN_MS, [pool.end()]);
      await settleWithin(
        LEAVE_WITHIN_MS,
        [...sockets].map((socket) => once(socket, 'close')),
      );
      // A server that hangs closes nothing, and would keep this process.
      for (const socket of sockets) socket.destroy();
    },
  };
};
