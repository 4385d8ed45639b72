import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import type { CheckKey } from '../../guard/check-key.ts';
import { peerOf } from '../../guard/peer-of.ts';
import type { SessionAnswer } from '../api-types.ts';
import { createPageSessions } from './page-sessions.ts';

export interface AccessDeps {
  readonly checkKey: CheckKey;
  /** True where a master key is set. */
  readonly isGuarded: boolean;
  /** Milliseconds, monotonic. */
  readonly now: () => number;
}

/** Who may see the log. */
export interface Access {
  /** @throws GatewayError missing_api_key, invalid_api_key, too_many_attempts */
  checkRead(request: IncomingMessage): Promise<void>;
  describe(request: IncomingMessage): SessionAnswer;
  /**
   * @returns the `Set-Cookie` header
   * @throws GatewayError missing_api_key, invalid_api_key, too_many_attempts
   */
  logIn(request: IncomingMessage, key: string): Promise<string | undefined>;
  logOut(request: IncomingMessage): string;
  /** Calls back when the session that let a request in is over. @returns a function that stops watching */
  watch(request: IncomingMessage, onEnd: () => void): () => void;
}

export const createAccess = ({ checkKey, isGuarded, now }: AccessDeps): Access => {
  const sessions = createPageSessions(now);

  const isIn = (request: IncomingMessage): boolean => !isGuarded || sessions.has(request);

  return {
    checkRead: async (request) => {
      if (isIn(request)) return;
      const { authorization, 'x-gomodel-key': key } = request.headers;
      if (authorization === undefined && key === undefined) {
        throw new GatewayError(
          'missing_api_key',
          'log in at /admin/dashboard with the key in GOMODEL_MASTER_KEY, or send it in Authorization.',
        );
      }
      await checkKey({ headers: request.headers, peer: peerOf(request) });
    },
    describe: (request) => ({ required: isGuarded, authenticated: isIn(request) }),
    logIn: async (request, key) => {
      if (!isGuarded) return undefined;
      if (key === '') throw new GatewayError('missing_api_key', 'no key was given.', { param: 'key' });
      try {
        await checkKey({ headers: { 'x-gomodel-key': key }, peer: peerOf(request) });
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
