import { createHash } from 'node:crypto';
import type { ObjectStore } from '../../objects/object-store.ts';
import type { Database } from '../database.ts';
import { type BlockPlace, type BlockStore, type Pack, UnreadableBlock } from './block-store.ts';
import { createObjectCache } from './object-cache.ts';

export interface ObjectBlocksDeps {
  readonly database: Pick<Database, 'query'>;
  /** Absent where none is named any more. */
  readonly objects: ObjectStore | undefined;
}

/** Some blocks of a pack that lie in one object. */
interface Run {
  readonly start: number;
  readonly length: number;
}

/** Of one look; the next one goes on. */
const MAX_DELETIONS = 50_000;
/** A name comes from a row: it must lead to no other object. */
const PACK_NAME = /^\d{1,10}\/\d{4}-\d{2}-\d{2}T\d{6}Z-[\da-z-]{1,60}(?:\.errors)?\.bodies$/;
const DAY_FOLDER = /\/(\d{4}-\d{2}-\d{2})\/$/;
const START_DIGITS = 15;

/**
 * In a store beside the database, as `LOG/DAY/GATEWAY/PACK/START`, where LOG tells the databases of a bucket apart; the
 * database says which objects there are. An object is written before its row, so that what has a row is there.
 */
export const createObjectBlocks = ({ database: { query }, objects }: ObjectBlocksDeps): BlockStore => {
  const cache = createObjectCache();
  let log: string | undefined;

  /** The same for all gateways of a database, and for no other database. */
  const findLog = async (): Promise<string> => {
    if (log !== undefined) return log;
    const [row] = await query<{ id: string }>(
      `SELECT convert_from(value, 'UTF8') AS id FROM gomodel.secrets WHERE name = 'database-id'`,
    );
    log = createHash('sha256')
      .update(row?.id ?? '')
      .digest('hex')
      .slice(0, 16);
    return log;
  };
  const keyOf = async ({ name, day }: Pick<Pack, 'name' | 'day'>, start: number): Promise<string> =>
    `${await findLog()}/${day}/${name}/${String(start).padStart(START_DIGITS, '0')}`;

  const findRun = async (
    { name, day }: Pick<Pack, 'name' | 'day'>,
    { offset, length }: BlockPlace,
  ): Promise<Run | undefined> => {
    const [run] = await query<Run>(
      `SELECT o.start, o.length FROM gomodel.packs p JOIN gomodel.body_objects o ON o.pack_id = p.id
        WHERE p.name = $1 AND p.day = $2 AND o.start <= $3 ORDER BY o.start DESC LIMIT 1`,
      [name, day, offset],
    );
    return run && offset + length <= run.start + run.length ? run : undefined;
  };

  const readObject = async (store: ObjectStore, key: string, run: Run, place: BlockPlace) => {
    const from = place.offset - run.start;
    const read = (start: number, length: number) => store.get(key, start, length);
    return cache.read(key, run.length, { start: from, length: place.length }, read).catch(() => {
      // `trouble` of the store says why to whoever runs the gateway.
      throw new UnreadableBlock('cannot be read at the moment: the store of bodies does not give it', true);
    });
  };

  const removeAll = async (store: ObjectStore, folder: string, budget: number): Promise<number> => {
    let removed = 0;
    while (removed < budget) {
      const keys = await store.listKeys(folder);
      if (keys.length === 0) break;
      await Promise.all(keys.map((key) => store.remove(key)));
      removed += keys.length;
    }
    return removed;
  };

  return {
    put: async (pack, run) => {
      const [first] = run;
      if (!first || !objects || !PACK_NAME.test(pack.name)) return;
      const bytes = Buffer.concat(run.map((block) => block.bytes));
      await objects.put(await keyOf(pack, first.start), bytes);
      await query(
        `INSERT INTO gomodel.body_objects (pack_id, start, length) VALUES ($1, $2, $3)
         ON CONFLICT (pack_id, start) DO UPDATE SET length = greatest(body_objects.length, excluded.length)`,
        [pack.id, first.start, bytes.length],
      );
    },
    get: async (pack, place) => {
      const run = PACK_NAME.test(pack.name) ? await findRun(pack, place) : undefined;
      if (!run) return undefined;
      if (!objects) throw new UnreadableBlock('is in a store that BODIES_URL names no longer');
      const bytes = await readObject(objects, await keyOf(pack, run.start), run, place);
      if (!bytes) throw new UnreadableBlock('is no longer in the store');
      return bytes;
    },
    enforce: async () => {
      if (!objects) return;
      const [state] = await query<{ before: string }>(
        `SELECT to_char(dropped_before, 'YYYY-MM-DD') AS before FROM gomodel.log_state`,
      );
      const before = state?.before ?? '';
      let left = MAX_DELETIONS;
      for (const folder of await objects.listFolders(`${await findLog()}/`)) {
        const day = DAY_FOLDER.exec(folder)?.[1];
        if (day === undefined || day >= before || left <= 0) continue;
        left -= await removeAll(objects, folder, left);
      }
    },
  };
};
