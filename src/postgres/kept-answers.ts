import { setTimeout as pause } from 'node:timers/promises';
import { promisify } from 'node:util';
import { deflateRaw, inflateRaw } from 'node:zlib';
import type { Database } from './database.ts';
import { settleWithin } from './settle-within.ts';

const deflate = promisify(deflateRaw);
const inflate = promisify(inflateRaw);

/** A response's part of a conversation, as `ResponseHistory` has it. */
interface KeptAnswer {
  readonly id: string;
  /** Absent where it begins a conversation. */
  readonly previousId: string | undefined;
  readonly itemIds: readonly string[];
  readonly items: Buffer;
}

/** Answers of all gateways of a database, for a day. */
export interface AnswerStore {
  /** Keeps one, soon; one that the database does not take is known to this gateway alone. */
  put(answer: KeptAnswer): void;
  /**
   * The items up to an answer, separated by commas; undefined where it is not known, or something before it.
   * @param id of the answer, or of one of its items
   * @throws GatewayError storage_unavailable
   */
  find(id: string): Promise<Buffer | undefined>;
  /** Resolves when what was put until now is written, or given up. */
  close(): Promise<void>;
}

const KEPT_FOR = '24 hours';
const TIDY_EVERY_MS = 3_600_000;
const CLOSE_WITHIN_MS = 1_000;
const TRIES = 3;
const TRY_AGAIN_MS = 1_000;
/** An answer that another gateway has just given is on its way for so long at most. */
const LOOK_AGAIN_MS = 150;
const FIND_WITHIN_MS = 2_000;
const MAX_BYTES = 128 * 2 ** 20;
const MAX_TURNS = 10_000;

const FIND = `WITH RECURSIVE chain AS (
    (SELECT id, previous_id, items, 1 AS depth, octet_length(items)::bigint AS bytes FROM gomodel.kept_answers
      WHERE id = $1 OR item_ids @> ARRAY[$1] ORDER BY at DESC LIMIT 1)
  UNION ALL
    SELECT k.id, k.previous_id, k.items, c.depth + 1, c.bytes + octet_length(k.items)
      FROM gomodel.kept_answers k JOIN chain c ON k.id = c.previous_id
      WHERE c.depth < ${MAX_TURNS} AND c.bytes < ${MAX_BYTES})
  SELECT previous_id AS "previousId", items FROM chain ORDER BY depth DESC`;

export const createAnswerStore = (database: Database): AnswerStore => {
  const underWay = new Set<Promise<void>>();

  const write = async ({ id, previousId, itemIds, items }: KeptAnswer): Promise<void> => {
    const deflated = await deflate(items);
    for (let tries = 1; tries <= TRIES; tries++) {
      try {
        await database.query(
          `INSERT INTO gomodel.kept_answers (id, previous_id, item_ids, items) VALUES ($1, $2, $3, $4)
           ON CONFLICT DO NOTHING`,
          [id, previousId ?? null, itemIds, deflated],
        );
        return;
      } catch {
        await pause(TRY_AGAIN_MS, undefined, { ref: false });
      }
    }
  };
  const tidy = (): void =>
    void database
      .query('DELETE FROM gomodel.kept_answers WHERE at < clock_timestamp() - $1::interval', [KEPT_FOR])
      .catch(() => {});
  const timer = setInterval(tidy, TIDY_EVERY_MS).unref();

  const look = async (id: string): Promise<Buffer | undefined> => {
    const turns = await database.query<{ previousId: string | null; items: Buffer }>(FIND, [id], {
      timeoutMs: FIND_WITHIN_MS,
    });
    // What it stands upon must be there, too.
    if (turns.length === 0 || turns[0]?.previousId !== null) return undefined;
    const pieces: Buffer[] = [];
    for (const { items } of turns) {
      const piece = await inflate(items, { maxOutputLength: MAX_BYTES });
      if (piece.length === 0) continue;
      if (pieces.length > 0) pieces.push(Buffer.from(','));
      pieces.push(piece);
    }
    return Buffer.concat(pieces);
  };
  return {
    put: (answer) => {
      const writing: Promise<void> = write(answer)
        .catch(() => {})
        .finally(() => underWay.delete(writing));
      underWay.add(writing);
    },
    find: async (id) => {
      const found = await look(id);
      if (found) return found;
      await pause(LOOK_AGAIN_MS);
      return look(id);
    },
    close: async () => {
      clearInterval(timer);
      await settleWithin(CLOSE_WITHIN_MS, underWay);
    },
  };
};
