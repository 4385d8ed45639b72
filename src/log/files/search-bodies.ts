import { isObject, parseJson } from '../../base/json-object.ts';
import { type FoundBlock, scanPack } from '../bodies/read-body.ts';
import { type PackReader, withPack } from '../bodies/read-pack.ts';
import { journalFile, packFile } from '../journal/segment-name.ts';
import { missingWords } from '../match-filter.ts';
import type { BodyHits, Cursor, LogQuery, SearchWish } from '../port.ts';
import { huntFor, type WordHunt } from '../search-text.ts';
import { testWord } from './compile-filter.ts';
import { ALWAYS, type IndexPart, type JournalIndex } from './index/index-part.ts';
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

/** How far a search has come. */
interface Progress {
  readonly ids: Set<string>;
  /** Of exchanges that hold some of the words: the places of the others. Their next body may hold them. */
  readonly missing: Map<string, readonly number[]>;
}

/** What searches that stopped have found in part, by where they go on, and for what. */
export type Paused = Map<string, Progress['missing']>;

const MAX_PAUSED = 8;
/** Beyond so many, an exchange that says its words in two bodies may be missed. */
const MAX_PARTLY_FOUND = 200_000;

const searchBlock = async (
  pack: PackReader,
  { block, members }: FoundBlock,
  hunt: WordHunt,
  { isWanted, missingOf }: Pick<Wanted, 'isWanted' | 'missingOf'>,
  { ids, missing }: Progress,
): Promise<void> => {
  for (const member of members) {
    const { id, coding, cutOff } = member;
    if (ids.has(id) || !isWanted(id)) continue;
    const bytes = await pack.read({ ...member, block }).catch(() => undefined);
    if (!bytes) continue;
    const before = missing.get(id) ?? missingOf(id);
    const left = await hunt.missingIn({ coding, bytes, cutOff }, before);
    if (left.length === 0) {
      ids.add(id);
      missing.delete(id);
    } else if (left.length < before.length && missing.size < MAX_PARTLY_FOUND) missing.set(id, left);
  }
};

/** Which part of a segment is looked into: the selected exchanges, most of which have their bodies alongside their lines. */
interface Wanted {
  readonly key: string;
  readonly pack: string;
  readonly maxMs: number;
  readonly isWanted: (id: string) => boolean;
  /** The places of the words that the record of an exchange does not hold. */
  readonly missingOf: (id: string) => readonly number[];
}

/** A single word is looked for in bodies alone: where its record has it, the exchange is found without them. */
const missingInRecords = ({ rows, loose }: IndexPart, words: readonly string[]): Wanted['missingOf'] => {
  const all = [...words.keys()];
  if (all.length < 2) return () => all;
  const tests = words.map((word) => testWord(rows, word));
  const unfinished = new Map(loose.map((record) => [record.id, record]));
  return (id) => {
    const record = unfinished.get(id);
    if (record) return missingWords(record, words);
    const row = rows.find(id);
    return row === undefined ? all : all.filter((place) => !tests[place]?.(row));
  };
};

const wantedOf = (part: IndexPart, query: LogQuery, words: readonly string[]): Wanted | undefined => {
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
    missingOf: missingInRecords(part, words),
  };
};

/**
 * Finds the words of a search in the bodies of the selected exchanges, the newest segments first.
 * @param now monotonic, in milliseconds
 * @param paused kept between the calls of all searches
 */
export const searchBodies = async (
  folder: string,
  index: JournalIndex,
  text: string,
  { filter: { search: _, ...filter } = {}, ...query }: LogQuery,
  { budgetMs, after }: SearchWish,
  now: () => number,
  paused: Paused,
): Promise<BodyHits> => {
  const hunt = huntFor(text);
  const ids = new Set<string>();
  const missing = new Map(paused.get(`${after} ${text}`));
  const endsAtMs = now() + budgetMs;
  const start = parseStop(after);
  let hasSearched = false;
  for await (const overview of index.overviews(query.span ?? ALWAYS)) {
    if (start && overview.maxMs > start.maxMs) continue;
    const wanted = wantedOf(await overview.open(), { ...query, filter }, hunt.words);
    if (!wanted) continue;
    const { key, pack, maxMs } = wanted;
    const from = start?.segment === key ? start.offset : 0;
    const stoppedAt = await withPack(folder, pack, async (reader) => {
      for await (const found of scanPack(folder, pack, from)) {
        // However little time there is, each call comes further.
        if (hasSearched && now() > endsAtMs) return found.block.offset;
        hasSearched = true;
        if (found.members.some(({ id }) => wanted.isWanted(id))) {
          await searchBlock(reader, found, hunt, wanted, { ids, missing });
        }
      }
      return undefined;
    });
    if (stoppedAt === undefined) continue;
    const next = encodeStop({ segment: key, maxMs, offset: stoppedAt });
    if (paused.size >= MAX_PAUSED) paused.clear();
    if (missing.size > 0) paused.set(`${next} ${text}`, missing);
    return { ids, isWhole: false, next };
  }
  return { ids, isWhole: true };
};
