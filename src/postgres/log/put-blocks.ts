import type { BodyReference, LoggedExchange, LogSource } from '../../log/port.ts';
import type { Database } from '../database.ts';

export interface BlockWriterDeps {
  readonly database: Pick<Database, 'query'>;
  /** Makes the tables of a day, where they are missing. */
  readonly makeDay: (day: string) => Promise<void>;
}

/** Copies the blocks that bodies lie in. */
export interface BlockWriter {
  /** @param instance the number of the gateway whose files they are */
  put(instance: number, batch: readonly LoggedExchange[], source: Pick<LogSource, 'blocks'>): Promise<void>;
  forget(): void;
}

interface Pack {
  readonly id: number;
  readonly day: string;
  /** Up to where its blocks are in the database. */
  end: number;
}

const WRITE_WITHIN_MS = 60_000;
/** Blocks that are sent at once. */
const MAX_BLOCK_BYTES = 4 * 2 ** 20;
const MAX_KNOWN_PACKS = 1_000;

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

/** Into the database itself. */
export const createBlockWriter = ({ database, makeDay }: BlockWriterDeps): BlockWriter => {
  const packs = new Map<string, Pack>();

  const openPack = async (instance: number, name: string): Promise<Pack> => {
    const known = packs.get(name);
    if (known) return known;
    const day = name.slice(0, 10);
    await makeDay(day);
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
  const putUpTo = async (pack: Pack, name: string, to: number, source: Pick<LogSource, 'blocks'>) => {
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

  return {
    put: async (instance, batch, source) => {
      for (const [name, to] of endsOf(batch)) await putUpTo(await openPack(instance, name), name, to, source);
    },
    forget: () => packs.clear(),
  };
};
