import type { BodyReference, CopiedBlock, LoggedExchange, LogSource } from '../../log/port.ts';
import type { Database } from '../database.ts';
import { type BlockStore, type Pack, STORED_END } from './block-store.ts';

export interface BlockWriterDeps {
  readonly database: Pick<Database, 'query'>;
  readonly store: BlockStore;
  /** Makes the tables of a day, where they are missing. */
  readonly makeDay: (day: string) => Promise<void>;
}

/** Copies the blocks that bodies lie in. */
export interface BlockWriter {
  /** @param instance the number of the gateway whose files they are */
  put(instance: number, batch: readonly LoggedExchange[], source: Pick<LogSource, 'blocks'>): Promise<void>;
  forget(): void;
}

interface OpenPack extends Pack {
  /** Up to where its blocks are kept. */
  end: number;
}

/** Blocks that are sent at once; a larger one goes alone. */
const MAX_RUN_BYTES = 4 * 2 ** 20;
const MAX_KNOWN_PACKS = 1_000;
/** Each process of a gateway writes one; what each waits for is in memory. */
const PACKS_AT_ONCE = 4;

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

export const createBlockWriter = ({ database, store, makeDay }: BlockWriterDeps): BlockWriter => {
  const packs = new Map<string, OpenPack>();

  const openPack = async (instance: number, file: string): Promise<OpenPack> => {
    const known = packs.get(file);
    if (known) return known;
    const day = file.slice(0, 10);
    const name = `${instance}/${file}`;
    await makeDay(day);
    const [row] = await database.query<{ id: number; end: number }>(
      `WITH p AS (
         INSERT INTO gomodel.packs (name, day) VALUES ($1, $2)
         ON CONFLICT (name) DO UPDATE SET name = excluded.name RETURNING id)
       SELECT p.id, ${STORED_END} AS "end" FROM p`,
      [name, day],
    );
    const pack: OpenPack = { id: row?.id ?? 0, name, day, end: row?.end ?? 0 };
    if (packs.size >= MAX_KNOWN_PACKS) packs.clear();
    packs.set(file, pack);
    return pack;
  };

  /** Sends the blocks of a pack up to an offset: later bodies may be stored as differences from any of them. */
  const putUpTo = async (pack: OpenPack, file: string, to: number, source: Pick<LogSource, 'blocks'>) => {
    if (pack.end >= to) return;
    let run: CopiedBlock[] = [];
    let waiting = 0;
    const send = async (): Promise<void> => {
      const last = run.at(-1);
      if (!last) return;
      await store.put(pack, run);
      pack.end = last.start + last.bytes.length;
      run = [];
      waiting = 0;
    };
    for await (const block of source.blocks(file, pack.end, to)) {
      run.push(block);
      waiting += block.bytes.length;
      if (waiting >= MAX_RUN_BYTES) await send();
    }
    await send();
    // What is gone from the disk will not come any more.
    pack.end = Math.max(pack.end, to);
  };

  return {
    put: async (instance, batch, source) => {
      const ends = endsOf(batch).entries();
      const putNext = async (): Promise<void> => {
        for (const [file, to] of ends) await putUpTo(await openPack(instance, file), file, to, source);
      };
      // What is tried again must not meet what still runs.
      const done = await Promise.allSettled(Array.from({ length: PACKS_AT_ONCE }, putNext));
      for (const each of done) if (each.status === 'rejected') throw each.reason;
    },
    forget: () => packs.clear(),
  };
};
