import type { Database } from '../database.ts';
import { type Column, definitionsOf, namesOf } from './column.ts';
import type { SharedRow } from './kinds.ts';

/** So many are known to be there; then they are put again, which changes nothing. */
const MAX_KNOWN = 20_000;

/** Puts rows that many others name, each before the first that does. */
export interface SharedRowWriter {
  /** @throws GatewayError storage_unavailable */
  put(rows: readonly SharedRow[]): Promise<void>;
  /** The tables may be others by now. */
  forget(): void;
}

export const createSharedRowWriter = (
  { query }: Pick<Database, 'query'>,
  table: 'kinds' | 'tool_calls',
  columns: readonly Column[],
): SharedRowWriter => {
  const known = new Set<number>();
  const put = `INSERT INTO gomodel.${table} (id, ${namesOf(columns)})
    SELECT id, ${namesOf(columns)} FROM json_to_recordset($1::json) AS r (id bigint, ${definitionsOf(columns)})
    ORDER BY id ON CONFLICT DO NOTHING`;
  return {
    put: async (rows) => {
      const missing = new Map(rows.filter(({ id }) => !known.has(id)).map((row) => [row.id, row.values]));
      if (missing.size === 0) return;
      await query(put, [JSON.stringify([...missing].map(([id, values]) => ({ id, ...values })))]);
      if (known.size + missing.size > MAX_KNOWN) known.clear();
      for (const id of missing.keys()) known.add(id);
    },
    forget: () => known.clear(),
  };
};
