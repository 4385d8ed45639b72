import type { BodyHits, LogQuery, SearchWish } from '../log/port.ts';
import { holdsNeedle, needlesOf } from '../log/search-text.ts';
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

/** Looks for a text in the bodies of a selection, newest first; goes on where it stopped. */
export const searchDatabase = async (
  { query, bodies, now }: SearchDeps,
  text: string,
  { filter: { search: _, ...filter } = {}, ...rest }: LogQuery,
  { budgetMs, after }: SearchWish,
): Promise<BodyHits> => {
  const needles = needlesOf(text);
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
      for (const side of ['request', 'response'] as const) {
        const body = await bodies.read(instance, decoded.bodies[side]).catch(() => undefined);
        if (body && (await holdsNeedle(body, needles))) ids.add(id);
      }
      before = id;
      if (now() > endsAtMs) return { ids, isWhole: false, next: id };
    }
    if (rows.length < BATCH) return { ids, isWhole: true };
  }
};
