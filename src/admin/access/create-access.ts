import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { Authenticate } from '../../guard/create-authenticate.ts';
import { peerOf } from '../../guard/peer-of.ts';
import type { SessionAnswer } from '../api-types.ts';
import { createAttemptLimit } from './limit-attempts.ts';
import { createPageSessions } from './page-sessions.ts';

export interface AccessDeps {
  readonly check: Authenticate;
  /** True where a master key is set. */
  readonly isGuarded: boolean;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Who may see the log. */
export interface Access {
  /** @throws GatewayError missing_api_key, invalid_api_key, too_many_attempts */
  checkRead(request: IncomingMessage): void;
  describe(request: IncomingMessage): SessionAnswer;
  /** @returns the `Set-Cookie` header */
  logIn(request: IncomingMessage, key: string): string | undefined;
  logOut(request: IncomingMessage): string;
  /** Calls back when the session that let a request in is over. @returns a function that stops watching */
  watch(request: IncomingMessage, onEnd: () => void): () => void;
}

export const createAccess = ({ check, isGuarded, now }: AccessDeps): Access => {
  const sessions = createPageSessions(now);
  const attempts = createAttemptLimit(now);

  /** A key that is wrong counts, wherever it comes in: else the limit would be no limit. */
  const checkKey = (request: IncomingMessage, headers: IncomingMessage['headers']): void => {
    const { address } = peerOf(request);
    attempts.check(address);
    try {
      check(headers);
      attempts.noteRight(address);
    } catch (error) {
      if (error instanceof GatewayError && error.code === 'invalid_api_key') attempts.noteWrong(address);
      throw error;
    }
  };

  const isIn = (request: IncomingMessage): boolean => !isGuarded || sessions.has(request);

  return {
    checkRead: (request) => {
      if (isIn(request)) return;
      const { authorization, 'x-gomodel-key': key } = request.headers;
      if (authorization === undefined && key === undefined) {
        throw new GatewayError(
          'missing_api_key',
          'log in at /admin/dashboard with the key in GOMODEL_MASTER_KEY, or send it in Authorization.',
        );
      }
      checkKey(request, request.headers);
    },
    describe: (request) => ({ required: isGuarded, authenticated: isIn(request) }),
    logIn: (request, key) => {
      if (!isGuarded) return undefined;
      if (key === '') throw new GatewayError('missing_api_key', 'no key was given.', { param: 'key' });
      try {
        checkKey(request, { 'x-gomodel-key': key });
      } catch (error) {
        if (!(error instanceof GatewayError) || error.code !== 'invalid_api_key') throw error;
        throw new GatewayError('invalid_api_key', 'this is not the key in GOMODEL_MASTER_KEY.', {
          param: 'key',
        });
      }
      return sessions.begin(request);
    },
    logOut: (request) => sessions.end(request),
    watch: sessions.watch,
  };
};
