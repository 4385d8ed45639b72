import type { Facts } from '../../log/port.ts';
import type { Query } from '../database.ts';
import { callFactsOf, factsOf, type KindFacts, kindFactsOf, type Row } from './facts.ts';
import { createSharedRows } from './shared-rows.ts';

/** Reads facts, with what rows have in common. */
export interface FactsReader {
  /** @param rows with `FACTS_COLUMNS` */
  read(rows: readonly Row[]): Promise<readonly Facts[]>;
  /** @returns what the facts of a kind have in common */
  kinds(ids: Iterable<number>): Promise<(id: number) => KindFacts>;
}

/** Of a kind that is gone: whoever deletes from tables by hand. */
const UNKNOWN = kindFactsOf({});

export const createFactsReader = (query: Query): FactsReader => {
  const kindRows = createSharedRows(query, 'kinds', kindFactsOf);
  const toolRows = createSharedRows(query, 'tool_calls', callFactsOf);
  const kinds: FactsReader['kinds'] = async (ids) => {
    const known = await kindRows.load(ids);
    return (id) => known(id) ?? UNKNOWN;
  };
  return {
    kinds,
    read: async (rows) => {
      const kindOf = await kinds(rows.map((row) => Number(row.kind_id)));
      const called = rows.map((row) => row.tools_id).filter((id) => typeof id === 'number');
      const callsOf = await toolRows.load(called);
      return rows.map((row) => factsOf(row, kindOf(Number(row.kind_id)), callsOf(Number(row.tools_id))));
    },
  };
};
