import type { Post, Posted } from './post.ts';

/** Why something was not delivered. */
export type DropReason = 'queue_full' | 'unreachable' | 'refused' | 'rejected' | 'shutdown';

export interface PackedBody {
  readonly body: Buffer;
  readonly contentType: string;
  /** Where it is compressed already. */
  readonly contentEncoding?: string;
}

/** A body that is ready to be sent, and how many items are in it. */
interface Parcel extends PackedBody {
  readonly items: number;
}

export interface OutboxDeps<Item> {
  readonly post: Post;
  /** Puts what has waited into one body. */
  readonly pack: (items: readonly Item[]) => Parcel;
  /** In bytes. */
  readonly sizeOf: (item: Item) => number;
  readonly maxItems: number;
  readonly maxBytes: number;
  readonly maxBatch: number;
  /** How long what has come may wait for company. */
  readonly delayMs: number;
  /** Monotonic milliseconds. */
  readonly now: () => number;
  /** Told of every drop, and once of each trouble. */
  readonly onDrop: (reason: DropReason, items: number) => void;
  readonly onTrouble: (why: string | undefined) => void;
}

export interface Outbox<Item> {
  /** Never waits and never throws: what has no room is dropped. */
  add(item: Item): void;
  readonly waiting: { readonly items: number; readonly bytes: number };
  /** Sends what waits, until the deadline; the rest is dropped. */
  close(withinMs: number): Promise<void>;
}

const MAX_BATCH_BYTES = 2 * 2 ** 20;
const FIRST_PAUSE_MS = 1_000;
const MAX_PAUSE_MS = 30_000;
/** What a collector may ask us to wait. */
const MAX_ASKED_PAUSE_MS = 300_000;
/** So long one batch is tried; then the next has its turn. */
const MAX_TRYING_MS = 300_000;

/**
 * Brings items to a collector in batches, one request at a time. What waits is bounded in number and in bytes; a
 * collector that is away, slow or overloaded is asked again later, and nobody waits for it.
 */
export const createOutbox = <Item>(deps: OutboxDeps<Item>): Outbox<Item> => {
  const { post, pack, sizeOf, maxItems, maxBytes, maxBatch, delayMs, now, onDrop, onTrouble } = deps;
  let queue: Item[] = [];
  let bytes = 0;
  let inHand = 0;
  let sending: Promise<void> | undefined;
  let timer: NodeJS.Timeout | undefined;
  let closingBy: number | undefined;
  let wake = (): void => {};

  const takeBatch = (): readonly Item[] => {
    let size = 0;
    let length = 0;
    for (const item of queue) {
      if (length === maxBatch || (length > 0 && size + sizeOf(item) > MAX_BATCH_BYTES)) break;
      size += sizeOf(item);
      length++;
    }
    const batch = queue.slice(0, length);
    queue = queue.slice(length);
    bytes -= size;
    return batch;
  };

  const pause = (ms: number): Promise<void> =>
    new Promise((resolve) => {
      const over = setTimeout(resolve, ms);
      over.unref();
      wake = () => {
        clearTimeout(over);
        resolve();
      };
    });

  const isLate = (): boolean => closingBy !== undefined && now() >= closingBy;

  /** While the gateway stops, one answer of any kind has to do. */
  const inTime = (posted: Promise<Posted>): Promise<Posted> =>
    new Promise((resolve) => {
      posted.then(resolve, () => resolve({ kind: 'again', why: 'no answer' }));
      const giveUp = (): void => {
        const left = Math.max(0, (closingBy ?? 0) - now());
        setTimeout(() => resolve({ kind: 'again', why: 'no answer in time' }), left).unref();
      };
      if (closingBy !== undefined) giveUp();
      else wake = giveUp;
    });

  const deliver = async (parcel: Parcel): Promise<void> => {
    const beganAt = now();
    for (let tries = 0; ; tries++) {
      const posted = await inTime(post(parcel.body, parcel.contentType, parcel.contentEncoding));
      if (posted.kind === 'taken') {
        onTrouble(undefined);
        if (posted.rejected > 0) onDrop('rejected', Math.min(posted.rejected, parcel.items));
        return;
      }
      onTrouble(posted.why);
      if (posted.kind === 'refused') return onDrop('refused', parcel.items);
      if (closingBy !== undefined) return onDrop('shutdown', parcel.items);
      if (now() - beganAt > MAX_TRYING_MS) return onDrop('unreachable', parcel.items);
      const own =
        Math.min(MAX_PAUSE_MS, FIRST_PAUSE_MS * 2 ** Math.min(tries, 10)) * (0.5 + Math.random() / 2);
      await pause(Math.min(Math.max(own, posted.afterMs ?? 0), MAX_ASKED_PAUSE_MS));
    }
  };

  const sendAll = async (): Promise<void> => {
    while (queue.length > 0 && !isLate()) {
      const batch = takeBatch();
      inHand = batch.length;
      await deliver(pack(batch));
      inHand = 0;
      if (closingBy === undefined && queue.length < maxBatch) break;
    }
  };

  const start = (): void => {
    clearTimeout(timer);
    timer = undefined;
    sending ??= sendAll().finally(() => {
      sending = undefined;
      if (queue.length > 0) schedule();
    });
  };

  const schedule = (): void => {
    if (sending || closingBy !== undefined) return;
    if (queue.length >= maxBatch) start();
    else if (!timer) {
      timer = setTimeout(start, delayMs);
      timer.unref();
    }
  };

  return {
    add: (item) => {
      if (closingBy !== undefined) return onDrop('shutdown', 1);
      if (queue.length + inHand >= maxItems || bytes + sizeOf(item) > maxBytes)
        return onDrop('queue_full', 1);
      queue.push(item);
      bytes += sizeOf(item);
      schedule();
    },
    get waiting() {
      return { items: queue.length + inHand, bytes };
    },
    close: async (withinMs) => {
      closingBy = now() + withinMs;
      clearTimeout(timer);
      wake();
      await sending;
      if (queue.length > 0 && !isLate()) await sendAll();
      if (queue.length > 0) onDrop('shutdown', queue.length);
      queue = [];
      bytes = 0;
    },
  };
};
