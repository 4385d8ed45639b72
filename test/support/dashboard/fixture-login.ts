import { randomBytes } from 'node:crypto';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { sendError } from './send-json.ts';

const ATTEMPTS = 5;

/** The page's session: a key for a cookie that scripts cannot read. */
export interface FixtureLogin {
  readonly required: boolean;
  allows(request: IncomingMessage): boolean;
  logIn(key: string, response: ServerResponse): ServerResponse;
  logOut(request: IncomingMessage, response: ServerResponse): ServerResponse;
}

export const createFixtureLogin = (masterKey: string | undefined): FixtureLogin => {
  const sessions = new Set<string>();
  let wrong = 0;
  const cookieOf = (request: IncomingMessage) =>
    /gomodel_session=(\w+)/.exec(request.headers.cookie ?? '')?.[1];
  const cookie = (value: string, rest = '') =>
    `gomodel_session=${value}; Path=/admin; HttpOnly; SameSite=Strict${rest}`;
  return {
    required: masterKey !== undefined,
    allows: (request) => masterKey === undefined || sessions.has(cookieOf(request) ?? ''),
    logIn: (key, response) => {
      if (wrong >= ATTEMPTS) {
        response.setHeader('retry-after', '60');
        return sendError(response, 429, 'too_many_attempts', 'gomodel-ts: too many attempts, wait 60 s');
      }
      if (key !== masterKey) {
        wrong++;
        return sendError(
          response,
          401,
          'invalid_api_key',
          'gomodel-ts: this is not the key in GOMODEL_MASTER_KEY',
        );
      }
      const session = randomBytes(16).toString('hex');
      sessions.add(session);
      return response.writeHead(204, { 'set-cookie': cookie(session) }).end();
    },
    logOut: (request, response) => {
      sessions.delete(cookieOf(request) ?? '');
      return response.writeHead(204, { 'set-cookie': cookie('', '; Max-Age=0') }).end();
    },
  };
};
