import { GatewayError } from '../base/errors.ts';

/**
 * Slows down who tries keys. Keys are compared before anything is counted, so that the right one is let in at
 * once, whatever others do: behind a TLS proxy everybody has one address.
 */
export interface WrongKeys {
  /**
   * Counts a wrong key.
   * @param refusal what the client is told while it has not tried too often
   * @returns never resolves; rejects after a pause, with `too_many_attempts`
   * @throws GatewayError the refusal, at once, or `too_many_attempts` where too many wait already
   */
  refuse(address: string, refusal: GatewayError): Promise<never>;
  noteRight(address: string): void;
}

const WINDOW_MS = 60_000;
/** More than anyone mistypes. */
const MAX_WRONG = 5;
/** All addresses together: one machine can have many. */
const MAX_WRONG_IN_ALL = 50;
const MAX_ADDRESSES = 1_000;
/** A client that tries one key after another on one connection gets no further than one in this time. */
const PAUSE_MS = 1_000;
/** Each that waits holds a connection. */
const MAX_WAITING = 64;

export interface WrongKeysDeps {
  /** Milliseconds, monotonic. */
  readonly now: () => number;
  readonly pauseMs?: number;
}

/** The latest times at which something happened, as many as a limit needs. */
const createTimes = (limit: number, now: () => number) => {
  const times: number[] = [];
  return {
    add: (): void => {
      times.push(now());
      if (times.length > limit + 1) times.shift();
    },
    /** @returns ms until there is room again; undefined where the limit is not passed */
    waitMs: (): number | undefined => {
      if (times.length <= limit) return undefined;
      const leftMs = (times[0] as number) + WINDOW_MS - now();
      return leftMs > 0 ? leftMs : undefined;
    },
    isOver: (): boolean => (times.at(-1) ?? 0) + WINDOW_MS <= now(),
  };
};

const tooMany = (refusal: GatewayError, waitMs: number, closes: boolean): GatewayError => {
  const seconds = Math.max(1, Math.ceil(waitMs / 1000));
  return new GatewayError(
    'too_many_attempts',
    `${refusal.message} There were too many wrong keys in the last minute: try again in ${seconds} s.`,
    {
      headers: { 'retry-after': String(seconds), ...(closes && { connection: 'close' }) },
      ...(refusal.param !== null && { param: refusal.param }),
    },
  );
};

export const createWrongKeys = ({ now, pauseMs = PAUSE_MS }: WrongKeysDeps): WrongKeys => {
  const inAll = createTimes(MAX_WRONG_IN_ALL, now);
  const byAddress = new Map<string, ReturnType<typeof createTimes>>();
  let waiting = 0;

  const timesOf = (address: string): ReturnType<typeof createTimes> => {
    const known = byAddress.get(address);
    if (known) return known;
    if (byAddress.size >= MAX_ADDRESSES) {
      for (const [old, times] of byAddress) if (times.isOver()) byAddress.delete(old);
    }
    const times = createTimes(MAX_WRONG, now);
    // Beyond the bound, the limit of all addresses has been passed long since.
    if (byAddress.size < MAX_ADDRESSES) byAddress.set(address, times);
    return times;
  };

  return {
    refuse: (address, refusal) => {
      const times = timesOf(address);
      times.add();
      inAll.add();
      const waitMs = times.waitMs() ?? inAll.waitMs();
      if (waitMs === undefined) throw refusal;
      if (waiting >= MAX_WAITING) throw tooMany(refusal, waitMs, true);
      waiting++;
      return new Promise((_resolve, reject) => {
        setTimeout(() => {
          waiting--;
          reject(tooMany(refusal, waitMs, false));
        }, pauseMs);
      });
    },
    noteRight: (address) => {
      if (byAddress.size > 0) byAddress.delete(address);
    },
  };
};
