import { createHash } from 'node:crypto';
import type { Clock } from '../base/time/clock.ts';
import type { AdmittedUpgrade } from './session.ts';

/** How long we remember that an upstream does not speak WebSocket. */
const REMEMBERED_MS = 10 * 60_000;
/** A connection that failed may work in a moment; until then each attempt would cost its timeout. */
const BRIEFLY_REMEMBERED_MS = 60_000;
const MAX_REMEMBERED = 1_000;

/** How servers answer that do not know the upgrade, or serve no such route. */
const NO_WEBSOCKET: ReadonlySet<number> = new Set([404, 405, 410, 426, 501]);

type Asked = Pick<AdmittedUpgrade, 'upstream' | 'headers'>;

/**
 * Which upstreams do not speak WebSocket, so that clients need not wait for that to be found again. What an
 * upstream says of one account (a sign-in that has expired, a limit) is not remembered, and no account inherits
 * what was found for another.
 */
export interface RefusingUpstreams {
  has(asked: Asked): boolean;
  /** @param status of the answer; absent if there was none that could be understood */
  add(asked: Asked, status: number | undefined): void;
}

const rememberedMs = (status: number | undefined): number => {
  if (status === undefined) return BRIEFLY_REMEMBERED_MS;
  // Below 400 the upgrade was passed over, and the request answered as one without it.
  return status < 400 || NO_WEBSOCKET.has(status) ? REMEMBERED_MS : 0;
};

/** Renewing a sign-in changes its token, and not its account. */
const keyOf = ({ upstream, headers }: Asked): string => {
  const { href } = upstream.baseUrl;
  if (upstream.credential?.kind !== 'client') return href;
  const account = String(headers['chatgpt-account-id'] ?? headers.authorization ?? '');
  return `${href} ${createHash('sha256').update(account).digest('base64')}`;
};

export const createRefusingUpstreams = (clock: Clock): RefusingUpstreams => {
  const until = new Map<string, number>();
  return {
    has: (asked) => clock.monotonic() < (until.get(keyOf(asked)) ?? Number.NEGATIVE_INFINITY),
    add: (asked, status) => {
      const forMs = rememberedMs(status);
      if (forMs === 0) return;
      const key = keyOf(asked);
      until.delete(key);
      until.set(key, clock.monotonic() + forMs);
      const [oldest] = until.keys();
      if (until.size > MAX_REMEMBERED && oldest !== undefined) until.delete(oldest);
    },
  };
};
