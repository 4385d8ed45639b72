import { missingWords } from '../log/match-filter.ts';
import type { BodyHits, LogQuery, SearchWish } from '../log/port.ts';
import { huntFor } from '../log/search-text.ts';
import { compileQuery } from './compile-query.ts';
import type { Query } from './database.ts';
import type { PostgresBodies } from './log-bodies.ts';
import { dayOfId } from './log-columns.ts';
import { type DetailRow, decodeDetail } from './log-detail.ts';

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
  const { where, values } = compileQuery({ ...rest, filter }, 3);
  let before = after;
  for (;;) {
    const bound =
      before === undefined
        ? 'true OR $1::date IS NULL OR $2::text IS NULL'
        : 'day <= $1::date AND id < $2::text';
    const rows = await query<DetailRow>(
      `SELECT id, instance, detail FROM gomodel.exchanges WHERE (${bound}) AND ${where}
        ORDER BY day DESC, id DESC LIMIT ${BATCH}`,
      [before === undefined ? null : dayOfId(before), before ?? null, ...values],
    );
    for (const { id, instance, detail } of rows) {
      const decoded = await decodeDetail(detail);
      // A single word is looked for in bodies alone: where its record has it, the exchange is found without them.
      const inRecord = all.length < 2 ? all : missingWords(decoded.record, hunt.words);
      let missing: readonly number[] = inRecord;
      for (const side of ['request', 'response'] as const) {
        if (missing.length === 0) break;
        const body = await bodies.read(instance, decoded.bodies[side]).catch(() => undefined);
        if (body) missing = await hunt.missingIn(body, missing);
      }
      if (missing.length === 0 && inRecord.length > 0) ids.add(id);
      before = id;
      if (now() > endsAtMs) return { ids, isWhole: false, next: id };
    }
    if (rows.length < BATCH) return { ids, isWhole: true };
  }
};
