import type { Database } from '../database.ts';
import type { BlockStore } from './block-store.ts';

const WRITE_WITHIN_MS = 60_000;

/** In the database itself, where the tables of bodies go with those of their days. */
export const createTableBlocks = ({ query }: Pick<Database, 'query'>): BlockStore => ({
  put: async ({ id, day }, run) => {
    await query(
      `INSERT INTO gomodel.body_blocks (day, pack_id, start, bytes)
       SELECT $1, $2, start, bytes FROM unnest($3::bigint[], $4::bytea[]) AS b (start, bytes)
       ON CONFLICT DO NOTHING`,
      [day, id, run.map(({ start }) => start), run.map(({ bytes }) => bytes)],
      { timeoutMs: WRITE_WITHIN_MS },
    );
  },
  get: async ({ name, day }, { offset }) => {
    const [row] = await query<{ bytes: Buffer }>(
      `SELECT bytes FROM gomodel.packs p JOIN gomodel.body_blocks b ON b.day = p.day AND b.pack_id = p.id
        WHERE p.name = $1 AND p.day = $2 AND b.day = $2 AND b.start = $3`,
      [name, day, offset],
    );
    return row?.bytes;
  },
  enforce: async () => {},
});
