import type { Database } from '../database.ts';
import { type BlockPlace, type BlockStore, type Pack, STORED_END, UnreadableBlock } from './block-store.ts';

/**
 * Reads a block from whichever store has it: those of a pack may lie in several, where a setting has changed.
 * @throws UnreadableBlock, and GatewayError storage_unavailable
 */
export type FindBlock = (pack: Pick<Pack, 'name' | 'day'>, place: BlockPlace) => Promise<Buffer>;

/** @param stores in the order in which they are asked */
export const createFindBlock =
  ({ query }: Pick<Database, 'query'>, stores: readonly BlockStore[]): FindBlock =>
  async (pack, place) => {
    for (const store of stores) {
      const bytes = await store.get(pack, place);
      if (bytes) return bytes;
    }
    const [row] = await query<{ isAwaited: boolean }>(
      `SELECT $2 >= dropped_before AND $3 >= ${STORED_END} AS "isAwaited"
        FROM (SELECT max(id) AS id FROM gomodel.packs WHERE name = $1 AND day = $2) AS p, gomodel.log_state`,
      [pack.name, pack.day, place.offset],
    );
    throw new UnreadableBlock(
      row?.isAwaited
        ? 'is not in the store: the gateway that it passed has not sent it'
        : 'is no longer in the store',
    );
  };
