import { markInterrupted } from '../../log/interrupted.ts';
import type { LoggedExchange } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { DETAIL_COLUMNS, type DetailRow, decodeDetail } from './detail.ts';

/** A gateway that was not seen for so long does not live: it says that it does every few seconds. */
const DEAD_AFTER = '10 minutes';
const AT_ONCE = 200;

/** Exchanges of one gateway that did not live to see their end, as interrupted. */
interface Abandoned {
  readonly instanceId: number;
  readonly exchanges: readonly LoggedExchange[];
}

/**
 * What gateways left open that are gone, and whose journal nobody copies any more: as their next run would have ended it.
 * Where that comes later after all, its own end changes nothing.
 */
export const findAbandoned = async (query: Query, ownId: number): Promise<readonly Abandoned[]> => {
  const dead = await query<{ id: number; seenMs: number }>(
    `SELECT id, extract(epoch FROM seen_at)::float8 * 1000 AS "seenMs" FROM gomodel.instances
      WHERE id <> $1 AND seen_at < clock_timestamp() - $2::interval
        AND EXISTS (SELECT FROM gomodel.usage_sums WHERE grain = 1 AND band = -2 AND requests > 0)`,
    [ownId, DEAD_AFTER],
  );
  if (dead.length === 0) return [];
  const seen = new Map(dead.map(({ id, seenMs }) => [id, seenMs]));
  const rows = await query<DetailRow>(
    `SELECT ${DETAIL_COLUMNS} FROM gomodel.exchanges WHERE duration_ms IS NULL AND instance_id = ANY($1)
      ORDER BY instance_id LIMIT ${AT_ONCE}`,
    [[...seen.keys()]],
  );
  const byInstance = new Map<number, LoggedExchange[]>();
  for (const row of rows) {
    const detail = decodeDetail(row);
    markInterrupted(detail.record, seen.get(row.instance_id) ?? 0);
    const known = byInstance.get(row.instance_id);
    const ended: LoggedExchange = { isEnded: true, ...detail };
    if (known) known.push(ended);
    else byInstance.set(row.instance_id, [ended]);
  }
  return [...byInstance].map(([instanceId, exchanges]) => ({ instanceId, exchanges }));
};
