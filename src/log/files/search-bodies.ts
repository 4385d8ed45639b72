import { isObject, parseJson } from '../../base/json-object.ts';
import { type FoundBlock, scanPack } from '../bodies/read-body.ts';
import { type PackReader, withPack } from '../bodies/read-pack.ts';
import { journalFile, packFile } from '../journal/segment-name.ts';
import type { BodyHits, Cursor, LogQuery, SearchWish } from '../port.ts';
import { holdsNeedle, needlesOf } from '../search-text.ts';
import { ALWAYS, type IndexPart, type JournalIndex } from './index-part.ts';
import { rowsOf, unfinishedIn } from './select-exchanges.ts';

/** Where a search stopped: within a segment, those with newer exchanges being done. */
interface Stop {
  readonly segment: string;
  readonly maxMs: number;
  readonly offset: number;
}

const encodeStop = (stop: Stop): Cursor => JSON.stringify(stop);

const parseStop = (cursor: Cursor | undefined): Stop | undefined => {
  const value = cursor === undefined ? undefined : parseJson(cursor);
  if (!isObject(value) || typeof value.segment !== 'string') return undefined;
  const { segment, maxMs, offset } = value;
  return typeof maxMs === 'number' && typeof offset === 'number' ? { segment, maxMs, offset } : undefined;
};

const searchBlock = async (
  pack: PackReader,
  { block, members }: FoundBlock,
  needles: readonly string[],
  isWanted: (id: string) => boolean,
  ids: Set<string>,
): Promise<void> => {
  for (const member of members) {
    const { id, coding, cutOff } = member;
    if (ids.has(id) || !isWanted(id)) continue;
    const bytes = await pack.read({ ...member, block }).catch(() => undefined);
    if (!bytes) continue;
    if (await holdsNeedle({ coding, bytes, cutOff }, needles)) ids.add(id);
  }
};

/** Which part of a segment is looked into: the selected exchanges, most of which have their bodies alongside their lines. */
interface Wanted {
  readonly key: string;
  readonly pack: string;
  readonly maxMs: number;
  readonly isWanted: (id: string) => boolean;
}

const wantedOf = (part: IndexPart, query: LogQuery): Wanted | undefined => {
  const rows = rowsOf(part, query);
  const loose = unfinishedIn(part, query);
  if (rows.length + loose.length === 0) return undefined;
  const { base, isErrors } = part.segment;
  const isWhole = rows.length === part.order.length && loose.length === part.loose.length;
  const ids = new Set(loose.map(({ id }) => id));
  if (!isWhole) for (const row of rows) ids.add(part.rows.id(row));
  return {
    key: journalFile(base, isErrors),
    pack: packFile(base, isErrors),
    maxMs: part.maxMs,
    isWanted: isWhole ? () => true : (id) => ids.has(id),
  };
};

/**
 * Finds a text in the bodies of the selected exchanges, the newest segments first.
 * @param now monotonic, in milliseconds
 */
export const searchBodies = async (
  folder: string,
  index: JournalIndex,
  text: string,
  { filter: { search: _, ...filter } = {}, ...query }: LogQuery,
  { budgetMs, after }: SearchWish,
  now: () => number,
): Promise<BodyHits> => {
  const needles = needlesOf(text);
  const ids = new Set<string>();
  const endsAtMs = now() + budgetMs;
  const start = parseStop(after);
  const segments: Wanted[] = [];
  for await (const part of index.parts(query.span ?? ALWAYS)) {
    const wanted = wantedOf(part, { ...query, filter });
    if (wanted && !(start && wanted.maxMs > start.maxMs)) segments.push(wanted);
  }
  for (const { key, pack, maxMs, isWanted } of segments) {
    const from = start?.segment === key ? start.offset : 0;
    const stoppedAt = await withPack(folder, pack, async (reader) => {
      for await (const found of scanPack(folder, pack, from)) {
        if (now() > endsAtMs) return found.block.offset;
        if (found.members.some(({ id }) => isWanted(id))) {
          await searchBlock(reader, found, needles, isWanted, ids);
        }
      }
      return undefined;
    });
    if (stoppedAt === undefined) continue;
    return { ids, isWhole: false, next: encodeStop({ segment: key, maxMs, offset: stoppedAt }) };
  }
  return { ids, isWhole: true };
};
