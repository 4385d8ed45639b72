import { hash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';

/** Who has logged in with the page: kept in memory, so that a restart logs everyone out. */
export interface PageSessions {
  /** @returns the `Set-Cookie` header of a new session */
  begin(request: IncomingMessage): string;
  has(request: IncomingMessage): boolean;
  /** @returns the `Set-Cookie` header that takes the cookie away */
  end(request: IncomingMessage): string;
}

const LASTS_MS = 12 * 3_600_000;
const MOST_SESSIONS = 200;

/** Cookies are not kept apart by port: two gateways on one machine must not log each other out. */
const cookieName = ({ socket }: IncomingMessage): string => `gomodel_session_${socket.localPort ?? 0}`;

const tokenOf = (request: IncomingMessage): string | undefined => {
  const name = cookieName(request);
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
};

const cookie = (request: IncomingMessage, value: string, maxAgeSeconds: number): string =>
  `${cookieName(request)}=${value}; Path=/admin; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict`;

/** @param now milliseconds, monotonic */
export const createPageSessions = (now: () => number): PageSessions => {
  /** By the digest of the token: looking one up tells nothing of the tokens by its time. */
  const sessions = new Map<string, { endsAtMs: number }>();
  const keyOf = (token: string): string => hash('sha256', token, 'base64');
  return {
    begin: (request) => {
      for (const [key, { endsAtMs }] of sessions) {
        if (endsAtMs <= now() || sessions.size >= MOST_SESSIONS) sessions.delete(key);
      }
      const token = randomBytes(32).toString('base64url');
      sessions.set(keyOf(token), { endsAtMs: now() + LASTS_MS });
      return cookie(request, token, LASTS_MS / 1000);
    },
    has: (request) => {
      const token = tokenOf(request);
      const session = token === undefined ? undefined : sessions.get(keyOf(token));
      return session !== undefined && session.endsAtMs > now();
    },
    end: (request) => {
      const token = tokenOf(request);
      if (token !== undefined) sessions.delete(keyOf(token));
      return cookie(request, '', 0);
    },
  };
};
