import type { Database } from './database.ts';

/** What one budget, or one child of a template, has counted in one window, as the database has it. */
export interface BudgetWindow {
  readonly key: string;
  readonly startMs: number;
  readonly spent: number;
  readonly reserved: number;
  readonly tokens: number;
  readonly listNanoUsd: number;
}

/** Of a page of budgets, so many children of templates are shown. */
const MAX_WINDOWS = 10_000;

/**
 * The counters of some budgets in their windows.
 * @param each those of every child included
 */
export const readWindows = (
  database: Pick<Database, 'query'>,
  of: readonly { readonly key: string; readonly startMs: number }[],
  each: boolean,
): Promise<readonly BudgetWindow[]> =>
  database.query<BudgetWindow>(
    `SELECT w.key, w.start_ms AS "startMs", w.spent, w.reserved, w.tokens, w.list_nano_usd AS "listNanoUsd"
       FROM unnest($1::text[], $2::bigint[]) AS b (key, start_ms)
       JOIN gomodel.budget_windows w ON w.start_ms = b.start_ms
        AND (w.key = b.key OR ($3 AND w.key > b.key || E'\\n' AND w.key < b.key || E'\\x0b'))
      ORDER BY w.key LIMIT ${MAX_WINDOWS}`,
    [of.map(({ key }) => key), of.map(({ startMs }) => startMs), each],
  );
