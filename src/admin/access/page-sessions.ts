import { hash, randomBytes } from 'node:crypto';
import type { IncomingMessage } from 'node:http';
import type { Caller } from '../../guard/caller.ts';
import { peerOf, prefixOf } from '../../guard/peer-of.ts';

/** Who has logged in with the page: kept in memory, so that a restart logs everyone out. */
export interface PageSessions {
  /**
   * @param onEnd called once when it is over
   * @returns the `Set-Cookie` header of a new session, and what ends it
   */
  begin(
    request: IncomingMessage,
    caller: Caller,
    onEnd?: () => void,
  ): { readonly cookie: string; readonly end: () => void };
  /** Whose session it is; undefined where there is none, or it has expired. */
  find(request: IncomingMessage): Caller | undefined;
  /** Ends those of some callers. */
  endWhere(isMeant: (caller: Caller) => boolean): void;
  /**
   * Calls back once when the session of a request is over, logged out or expired; never for a request
   * without one.
   * @returns a function that stops watching
   */
  watch(request: IncomingMessage, onEnd: () => void): () => void;
  /** @returns the `Set-Cookie` header that takes the cookie away */
  end(request: IncomingMessage): string;
}

const LASTS_MS = 12 * 3_600_000;
const MAX_SESSIONS = 200;

/** Cookies are not kept apart by port: two gateways on one machine must not log each other out. */
const cookieName = (request: IncomingMessage): string => `gomodel_session_${peerOf(request).localPort}`;

const tokenOf = (request: IncomingMessage): string | undefined => {
  const name = cookieName(request);
  for (const pair of (request.headers.cookie ?? '').split(';')) {
    const [key, value] = pair.trim().split('=', 2);
    if (key === name) return value;
  }
  return undefined;
};

const cookie = (request: IncomingMessage, value: string, maxAgeSeconds: number): string =>
  `${cookieName(request)}=${value}; Path=${prefixOf(request)}/admin; Max-Age=${maxAgeSeconds}; HttpOnly; SameSite=Strict${peerOf(request).isSecure ? '; Secure' : ''}`;

interface Session {
  readonly caller: Caller;
  readonly endsAtMs: number;
  /** Called once when it is over. */
  readonly watchers: Set<() => void>;
}

/** @param now milliseconds, monotonic */
export const createPageSessions = (now: () => number): PageSessions => {
  /** By the digest of the token: looking one up tells nothing of the tokens by its time. */
  const sessions = new Map<string, Session>();
  const keyOf = (token: string): string => hash('sha256', token, 'base64');
  const find = (request: IncomingMessage): Session | undefined => {
    const token = tokenOf(request);
    const session = token === undefined ? undefined : sessions.get(keyOf(token));
    return session && session.endsAtMs > now() ? session : undefined;
  };
  const drop = (key: string): void => {
    const session = sessions.get(key);
    sessions.delete(key);
    for (const tell of session?.watchers ?? []) tell();
  };
  return {
    begin: (request, caller, onEnd) => {
      for (const [key, { endsAtMs }] of sessions) {
        if (endsAtMs <= now() || sessions.size >= MAX_SESSIONS) drop(key);
      }
      const token = randomBytes(32).toString('base64url');
      const key = keyOf(token);
      sessions.set(key, { caller, endsAtMs: now() + LASTS_MS, watchers: new Set(onEnd && [onEnd]) });
      return { cookie: cookie(request, token, LASTS_MS / 1000), end: () => drop(key) };
    },
    find: (request) => find(request)?.caller,
    endWhere: (isMeant) => {
      for (const [key, { caller }] of sessions) if (isMeant(caller)) drop(key);
    },
    watch: (request, onEnd) => {
      const session = find(request);
      if (!session) return () => {};
      const stop = (): void => {
        clearTimeout(timer);
        session.watchers.delete(end);
      };
      const end = (): void => {
        stop();
        onEnd();
      };
      const timer = setTimeout(end, session.endsAtMs - now()).unref();
      session.watchers.add(end);
      return stop;
    },
    end: (request) => {
      const token = tokenOf(request);
      if (token !== undefined) drop(keyOf(token));
      return cookie(request, '', 0);
    },
  };
};
