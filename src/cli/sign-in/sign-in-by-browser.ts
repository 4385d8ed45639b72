import { hash, randomBytes } from 'node:crypto';
import { once } from 'node:events';
import http from 'node:http';
import type { AddressInfo } from 'node:net';
import { GatewayError } from '../../base/errors.ts';
import { foreignWords } from '../../base/foreign-text.ts';
import type { CommandContext } from '../context.ts';
import { openAddress } from '../serve/open-address.ts';
import { type AskGateway, type OAuthAnswer, refusalOf } from './ask-gateway.ts';
import { CLIENT_ID } from './client-id.ts';

/** As long as the gateway remembers that somebody began. */
const WAIT_MS = 10 * 60_000;
const SECRET_BYTES = 32;
const MAX_WORDS = 300;

const draw = (): string => randomBytes(SECRET_BYTES).toString('base64url');

const DONE = 'You are signed in. You can close this page.\n';
const FAILED = 'You are not signed in. The terminal says why.\n';

/** Waits until the browser comes back with the state that it was given; passes over all others. */
const untilBack = async (server: http.Server, state: string): Promise<URLSearchParams> =>
  new Promise((resolve, reject) => {
    const timer = setTimeout(
      () => reject(new GatewayError('command_failed', 'Nobody signed in within ten minutes.')),
      WAIT_MS,
    );
    server.on('request', (request, response) => {
      const { pathname, searchParams } = new URL(request.url ?? '/', 'http://localhost');
      const isOurs = pathname === '/callback' && searchParams.get('state') === state;
      response.writeHead(isOurs ? 200 : 404, {
        'content-type': 'text/plain; charset=utf-8',
        'referrer-policy': 'no-referrer',
        connection: 'close',
      });
      response.end(isOurs ? (searchParams.has('code') ? DONE : FAILED) : 'Nothing is here.\n');
      if (!isOurs) return;
      clearTimeout(timer);
      resolve(searchParams);
    });
  });

/**
 * Signs in with the browser of this machine: code and PKCE, with a port of its own to come back to.
 * @returns what the token endpoint answers; undefined where there is no browser to open
 * @throws GatewayError command_failed
 * @see RFC 8252
 */
export const signInByBrowser = async (
  gateway: string,
  ask: AskGateway,
  context: CommandContext,
  platform: NodeJS.Platform,
): Promise<OAuthAnswer | undefined> => {
  const server = http.createServer();
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  try {
    const redirectUri = `http://127.0.0.1:${(server.address() as AddressInfo).port}/callback`;
    const [state, verifier] = [draw(), draw()];
    const url = new URL(`${gateway}/oauth/authorize`);
    url.search = new URLSearchParams({
      response_type: 'code',
      client_id: CLIENT_ID,
      redirect_uri: redirectUri,
      state,
      code_challenge: hash('sha256', verifier, 'base64url'),
      code_challenge_method: 'S256',
    }).toString();
    const back = untilBack(server, state);
    // Heard where it is awaited; without a browser nobody does.
    back.catch(() => {});
    if (!(await openAddress(url.href, context, platform))) return undefined;
    context.stderr.write(`Sign in with the browser that has opened, or at:\n  ${url.href}\n`);
    const answer = await back;
    const code = answer.get('code');
    if (code === null) {
      const why = answer.get('error_description') ?? answer.get('error') ?? 'no code came back';
      throw new GatewayError(
        'command_failed',
        `the gateway did not sign you in: ${foreignWords(why, MAX_WORDS)}`,
      );
    }
    const issued = await ask('/oauth/token', {
      grant_type: 'authorization_code',
      client_id: CLIENT_ID,
      redirect_uri: redirectUri,
      code,
      code_verifier: verifier,
    });
    if (issued.error !== undefined) throw new GatewayError('command_failed', refusalOf(issued));
    return issued;
  } finally {
    server.closeAllConnections();
    server.close();
  }
};
