import type { Query } from '../database.ts';

/** The tables of the log, each of which has those of one day. */
export interface DayTables {
  /** Makes what is missing. @param days `YYYY-MM-DD` @throws GatewayError storage_unavailable */
  make(days: Iterable<string>): Promise<void>;
  /** Some may have been dropped. */
  forget(): void;
}

const WITHIN_MS = 60_000;

export const createDayTables = (query: Query): DayTables => {
  const known = new Set<string>();
  return {
    make: async (days) => {
      const missing = [...new Set(days)].filter((day) => !known.has(day)).sort();
      if (missing.length === 0) return;
      await query('SELECT gomodel.make_days($1::date[])', [missing], { timeoutMs: WITHIN_MS });
      for (const day of missing) known.add(day);
    },
    forget: () => known.clear(),
  };
};
