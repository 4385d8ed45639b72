import { idTimeMs } from '../../base/ids.ts';
import type { LogQuery } from '../port.ts';
import type { ExchangeRecord } from '../record.ts';
import { ALWAYS, type IndexPart, type JournalIndex } from './index/index-part.ts';
import { ULID_LENGTH } from './index/index-rows.ts';
import { type Found, rowsOf, unfinishedIn } from './select-exchanges.ts';

/** What is kept of one selected segment: 42 bytes for each of its exchanges, and the records of unfinished ones. */
interface Run {
  readonly minMs: number;
  readonly count: number;
  readonly at: (place: number) => Found;
  next: number;
}

/** How many records are read at a time. */
const BATCH = 200;

const runOf = (part: IndexPart, query: LogQuery): Run => {
  const { rows, segment } = part;
  const selected = rowsOf(part, query);
  const ids = Buffer.allocUnsafe(selected.length * ULID_LENGTH);
  const offsets = new Float64Array(selected.length);
  const lengths = new Uint32Array(selected.length);
  selected.forEach((row, place) => {
    ids.write(rows.id(row).slice(-ULID_LENGTH), place * ULID_LENGTH, 'latin1');
    offsets[place] = rows.number('offset', row);
    lengths[place] = rows.number('length', row);
  });
  const at = (place: number): Found => ({
    id: `req_${ids.toString('latin1', place * ULID_LENGTH, (place + 1) * ULID_LENGTH)}`,
    segment,
    offset: offsets[place] as number,
    length: lengths[place] as number,
  });
  return { minMs: timeOf(selected.length > 0 ? at(0) : undefined), count: selected.length, at, next: 0 };
};

const timeOf = (found: Found | undefined): number =>
  found ? (idTimeMs(found.id) ?? Number.NEGATIVE_INFINITY) : Number.POSITIVE_INFINITY;

const looseRun = (records: readonly ExchangeRecord[]): Run => {
  const sorted = [...records].sort((one, other) => (one.id < other.id ? -1 : 1));
  const at = (place: number): Found => {
    const record = sorted[place] as ExchangeRecord;
    return { id: record.id, record };
  };
  return { minMs: timeOf(sorted.length > 0 ? at(0) : undefined), count: sorted.length, at, next: 0 };
};

/** The runs' exchanges by id, ascending; few segments overlap, so few are compared at a time. */
function* merge(runs: readonly Run[]): Generator<Found> {
  const waiting = [...runs].sort((one, other) => other.minMs - one.minMs);
  const heads: { run: Run; found: Found }[] = [];
  for (;;) {
    let first = leastOf(heads);
    while (waiting.length > 0 && (waiting.at(-1) as Run).minMs <= timeOf(first?.found)) {
      const run = waiting.pop() as Run;
      if (run.count > 0) heads.push({ run, found: run.at(0) });
      first = leastOf(heads);
    }
    if (!first) return;
    yield first.found;
    const { run } = first;
    run.next++;
    if (run.next < run.count) first.found = run.at(run.next);
    else heads.splice(heads.indexOf(first), 1);
  }
}

const leastOf = <Head extends { found: Found }>(heads: readonly Head[]): Head | undefined => {
  let least: Head | undefined;
  for (const head of heads) if (!least || head.found.id < least.found.id) least = head;
  return least;
};

const collectAll = async (index: JournalIndex, query: LogQuery): Promise<Run[]> => {
  const runs: Run[] = [];
  await index.refresh();
  for await (const part of index.parts(query.span ?? ALWAYS)) {
    runs.push(runOf(part, query), looseRun(unfinishedIn(part, query)));
  }
  return runs;
};

/** No more segments are read than the newest exchanges need. */
const collectNewest = async (index: JournalIndex, query: LogQuery, newest: number): Promise<Run[]> => {
  const runs: Run[] = [];
  let times: number[] = [];
  for await (const { part, followingMs } of index.newestParts(query.span ?? ALWAYS)) {
    const found = [runOf(part, query), looseRun(unfinishedIn(part, query))];
    runs.push(...found);
    for (const { count, at } of found) {
      for (let place = Math.max(0, count - newest); place < count; place++) times.push(timeOf(at(place)));
    }
    times = times.sort((one, other) => other - one).slice(0, newest);
    if (times.length === newest && (times.at(-1) as number) > followingMs) break;
  }
  return runs;
};

/** Up to so many, the newest are looked for one segment after another. */
const MAX_LOOKED_FOR = 10_000;

/** The newest exchanges of a selection, oldest first, in batches: where they stand. */
export async function* findOldestFirst(
  index: JournalIndex,
  query: LogQuery,
  newest: number,
): AsyncGenerator<readonly Found[]> {
  if (newest <= 0) return;
  const runs =
    newest <= MAX_LOOKED_FOR ? await collectNewest(index, query, newest) : await collectAll(index, query);
  const total = runs.reduce((sum, { count }) => sum + count, 0);
  let passed = Math.max(0, total - newest);
  let batch: Found[] = [];
  for (const found of merge(runs)) {
    if (passed-- > 0) continue;
    batch.push(found);
    if (batch.length < BATCH) continue;
    yield batch;
    batch = [];
  }
  if (batch.length > 0) yield batch;
}
