import type { Query } from '../database.ts';
import type { Row } from './facts.ts';

/** So many are remembered of each table. */
const MAX_KNOWN = 20_000;

/** Rows that many others name, by their ids. */
export interface SharedRows<Content> {
  /** Reads those that are not known. @returns what `get` has then */
  load(ids: Iterable<number>): Promise<(id: number) => Content | undefined>;
}

/** @param table never changes what it has of an id */
export const createSharedRows = <Content>(
  query: Query,
  table: 'kinds' | 'tool_calls',
  map: (row: Row) => Content,
): SharedRows<Content> => {
  const known = new Map<number, Content>();
  return {
    load: async (ids) => {
      const wanted = new Set(ids);
      const found = new Map<number, Content>();
      const missing: number[] = [];
      for (const id of wanted) {
        const content = known.get(id);
        if (content === undefined) missing.push(id);
        else found.set(id, content);
      }
      if (missing.length > 0) {
        if (known.size + missing.length > MAX_KNOWN) known.clear();
        for (const row of await query<Row>(`SELECT * FROM gomodel.${table} WHERE id = ANY($1)`, [missing])) {
          const content = map(row);
          found.set(Number(row.id), content);
          if (known.size < MAX_KNOWN) known.set(Number(row.id), content);
        }
      }
      return (id) => found.get(id);
    },
  };
};
