import type { Cursor, LogQuery, LogReader } from '../../log/port.ts';

interface FoundSoFar {
  readonly ids: ReadonlySet<string>;
  /** False where the time ran out before the oldest body; asked again, the search goes on. */
  readonly isWhole: boolean;
}

/** Finds a text in the logged bodies of what a query means, without regard to case. */
export type SearchBodies = (text: string, query: LogQuery) => Promise<FoundSoFar>;

export interface SearchBodiesDeps {
  readonly log: Pick<LogReader, 'searchBodies'>;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

interface Search {
  readonly ids: Set<string>;
  next: Cursor | undefined;
  isWhole: boolean;
  atMs: number;
}

/** Two gigabytes of bodies take longer to read than anyone waits: what was found so far is told. */
const BUDGET_MS = 600;
/** The pages of one search must agree with each other. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 8;

/** Spans that end with now move on as one search is asked again. */
const STEP_MS = 60_000;

const keyOf = (text: string, { span, filter, statuses, within }: LogQuery): string =>
  JSON.stringify([text, span && Math.floor(span.fromMs / STEP_MS), span?.toMs, filter, statuses, within]);

export const createSearchBodies = ({ log, now }: SearchBodiesDeps): SearchBodies => {
  const known = new Map<string, Search>();
  let last: Promise<unknown> = Promise.resolve();

  const recall = (key: string): Search => {
    const remembered = known.get(key);
    if (remembered && now() - remembered.atMs < REMEMBERED_MS) return remembered;
    if (known.size >= MAX_REMEMBERED) known.clear();
    const search: Search = { ids: new Set(), next: undefined, isWhole: false, atMs: now() };
    known.set(key, search);
    return search;
  };

  /** A page from one exchange on is a part of the same search. */
  const goOn = async (text: string, { until: _, ...query }: LogQuery): Promise<FoundSoFar> => {
    const search = recall(keyOf(text, query));
    if (!search.isWhole) {
      const hits = await log.searchBodies(text, query, { budgetMs: BUDGET_MS, after: search.next });
      for (const id of hits.ids) search.ids.add(id);
      search.next = hits.next;
      search.isWhole = hits.isWhole;
      search.atMs = now();
    }
    return { ids: search.ids, isWhole: search.isWhole };
  };

  return (text, query) => {
    // One at a time: each keeps a core busy.
    const result = last.then(() => goOn(text, query));
    last = result.catch(() => {});
    return result;
  };
};
