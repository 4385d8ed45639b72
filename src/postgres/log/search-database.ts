import { missingWords } from '../../log/match-filter.ts';
import type { BodyHits, LogQuery, SearchWish } from '../../log/port.ts';
import { huntFor } from '../../log/search-text.ts';
import type { Query } from '../database.ts';
import type { PostgresBodies } from './bodies.ts';
import { compileQuery, rowClauses } from './compile-query.ts';
import { DETAIL_COLUMNS, type DetailRow, decodeDetail } from './detail.ts';
import { findNewest } from './newest-rows.ts';
import { findDays } from './sums/days.ts';

export interface SearchDeps {
  readonly query: Query;
  readonly bodies: PostgresBodies;
  readonly now: () => number;
}

const BATCH = 100;

/** Looks for the words of a search in the bodies of a selection, newest first; goes on where it stopped. */
export const searchDatabase = async (
  { query, bodies, now }: SearchDeps,
  text: string,
  { filter: { search: _, ...filter } = {}, ...rest }: LogQuery,
  { budgetMs, after }: SearchWish,
): Promise<BodyHits> => {
  const hunt = huntFor(text);
  const all = [...hunt.words.keys()];
  const ids = new Set<string>();
  const endsAtMs = now() + budgetMs;
  const selected = { ...rest, filter };
  const compiled = compileQuery(selected);
  const days = await findDays(query, selected, compiled);
  const clauses = rowClauses(compiled);
  let before = after;
  for (;;) {
    const wish = { limit: BATCH, before };
    const rows = await findNewest<DetailRow>(query, days, clauses, DETAIL_COLUMNS, wish);
    for (const row of rows) {
      const { id } = row;
      const decoded = decodeDetail(row);
      // A single word is looked for in bodies alone: where its record has it, the exchange is found without them.
      const inRecord = all.length < 2 ? all : missingWords(decoded.record, hunt.words);
      let missing: readonly number[] = inRecord;
      for (const side of ['request', 'response'] as const) {
        if (missing.length === 0) break;
        const body = await bodies.read(row.instance_id, decoded.bodies, side).catch(() => undefined);
        // What is older cannot be read now, either: somebody may ask again.
        if (body?.isPassing) return { ids, isWhole: false };
        if (body) missing = await hunt.missingIn(body, missing);
      }
      if (missing.length === 0 && inRecord.length > 0) ids.add(id);
      before = id;
      if (now() > endsAtMs) return { ids, isWhole: false, next: id };
    }
    if (rows.length < BATCH) return { ids, isWhole: true };
  }
};
