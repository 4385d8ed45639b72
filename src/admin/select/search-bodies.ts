import { type FoundBlock, scanPack } from '../../log/bodies/read-body.ts';
import { type PackReader, withPack } from '../../log/bodies/read-pack.ts';
import { readStoredBody } from '../../log/bodies/read-stored-body.ts';
import { auditFolder, listSegments } from '../../log/journal/list-segments.ts';
import { packFile } from '../../log/journal/segment-name.ts';

interface BodyHits {
  /** Ids of the exchanges with a body that holds the text. */
  readonly ids: ReadonlySet<string>;
  /** False where the time ran out before the oldest body. */
  readonly isWhole: boolean;
}

/** Finds a text in all logged bodies, without regard to case; the newest segments first. */
export type SearchBodies = (text: string) => Promise<BodyHits>;

export interface SearchBodiesDeps {
  readonly dataDir: string;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Two gigabytes of bodies take longer to read than anyone waits. */
const BUDGET_MS = 8_000;
/** The pages of one search must agree with each other. */
const REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 8;

/** A text as it stands in JSON, and as it is. */
const needlesOf = (text: string): string[] => {
  const plain = text.toLowerCase();
  return [...new Set([plain, JSON.stringify(plain).slice(1, -1)])];
};

const searchBlock = async (
  pack: PackReader,
  { block, members }: FoundBlock,
  needles: readonly string[],
  ids: Set<string>,
): Promise<void> => {
  for (const member of members) {
    const { id, coding, cutOff, side } = member;
    if (ids.has(id)) continue;
    const bytes = await pack.read({ ...member, block }).catch(() => undefined);
    if (!bytes) continue;
    const read = await readStoredBody({ coding, bytes, cutOff }, side === 'request' ? 'request' : 'answer');
    if (!('bytes' in read)) continue;
    const text = new TextDecoder().decode(read.bytes).toLowerCase();
    if (needles.some((needle) => text.includes(needle))) ids.add(id);
  }
};

export const createSearchBodies = ({ dataDir, now }: SearchBodiesDeps): SearchBodies => {
  const folder = auditFolder(dataDir);
  const known = new Map<string, { readonly atMs: number; readonly hits: Promise<BodyHits> }>();
  let last: Promise<unknown> = Promise.resolve();

  const search = async (text: string): Promise<BodyHits> => {
    const needles = needlesOf(text);
    const ids = new Set<string>();
    const endsAtMs = now() + BUDGET_MS;
    for (const { base, isErrors } of (await listSegments(folder)).reverse()) {
      const pack = packFile(base, isErrors);
      await withPack(folder, pack, async (reader) => {
        for await (const block of scanPack(folder, pack)) {
          await searchBlock(reader, block, needles, ids);
          if (now() > endsAtMs) return;
        }
      });
      if (now() > endsAtMs) return { ids, isWhole: false };
    }
    return { ids, isWhole: true };
  };

  return (text) => {
    const remembered = known.get(text);
    if (remembered && now() - remembered.atMs < REMEMBERED_MS) return remembered.hits;
    // One at a time: each keeps a core busy.
    const hits = last.then(() => search(text));
    last = hits.catch(() => {});
    if (known.size >= MAX_REMEMBERED) known.clear();
    known.set(text, { atMs: now(), hits });
    return hits;
  };
};
