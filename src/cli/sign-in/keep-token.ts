import { GatewayError } from '../../base/errors.ts';
import { nonEmptyString } from '../../base/json-object.ts';
import { type AskGateway, type OAuthAnswer, refusalOf } from './ask-gateway.ts';
import type { KeptTokens, TokenFile } from './token-file.ts';

const SECOND_MS = 1_000;

/** Less than this is left: it is renewed, so that who was given it can go on with it for a while. */
const RENEWED_AT = 1 / 2;

/**
 * What is kept of an answer of the token endpoint.
 * @throws GatewayError command_failed where it holds no token
 */
export const tokensOf = (gateway: string, { body }: OAuthAnswer, nowMs: number): KeptTokens => {
  const { access_token: accessToken, expires_in: expiresInS } = body;
  if (typeof accessToken !== 'string' || !/^[\x21-\x7e]{1,16000}$/.test(accessToken)) {
    throw new GatewayError('command_failed', `${gateway} has answered without a token.`);
  }
  const lifeMs = (typeof expiresInS === 'number' ? expiresInS : 0) * SECOND_MS;
  return {
    gateway,
    accessToken,
    lifeMs,
    expiresAtMs: nowMs + lifeMs,
    refreshToken: nonEmptyString(body.refresh_token),
    email: nonEmptyString(body.email),
  };
};

export interface KeepTokenDeps {
  readonly gateway: string;
  readonly file: TokenFile;
  readonly ask: AskGateway;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

/**
 * A token that counts for a while: the one that is kept, or a new one for its refresh token.
 * @returns undefined where somebody must sign in
 * @throws GatewayError command_failed where the gateway does not answer, and what is kept is over
 */
export const currentToken = async ({
  gateway,
  file,
  ask,
  now,
}: KeepTokenDeps): Promise<string | undefined> => {
  const isFresh = ({ expiresAtMs, lifeMs }: KeptTokens): boolean => expiresAtMs - now() > lifeMs * RENEWED_AT;
  const known = file.read();
  if (known && isFresh(known)) return known.accessToken;
  if (!known) return undefined;
  return file.alone(async () => {
    // Somebody else may have renewed it meanwhile.
    const kept = file.read();
    if (!kept) return undefined;
    if (isFresh(kept)) return kept.accessToken;
    const stillCounts = kept.expiresAtMs > now() ? kept.accessToken : undefined;
    if (kept.refreshToken === undefined) return stillCounts;
    const fields = { grant_type: 'refresh_token', refresh_token: kept.refreshToken };
    let answer: OAuthAnswer;
    try {
      answer = await ask('/oauth/token', fields);
    } catch (error) {
      if (stillCounts !== undefined) return stillCounts;
      throw error;
    }
    if (answer.error === undefined) {
      const next = tokensOf(gateway, answer, now());
      await file.write({ ...next, email: next.email ?? kept.email });
      return next.accessToken;
    }
    if (answer.error === 'invalid_grant') {
      await file.write(undefined);
      return undefined;
    }
    if (stillCounts !== undefined) return stillCounts;
    throw new GatewayError('command_failed', refusalOf(answer));
  });
};
