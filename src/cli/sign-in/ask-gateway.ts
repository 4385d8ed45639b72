import { GatewayError } from '../../base/errors.ts';
import { foreignWords } from '../../base/foreign-text.ts';
import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';
import { readProxies } from '../../config/providers/read-proxies.ts';
import { readTrustedCertificates } from '../../config/read-certificates.ts';
import { createAgent } from '../../forward/send/create-agent.ts';
import { createProviderFetch } from '../../identity/provider/provider-fetch.ts';
import type { CommandContext } from '../context.ts';

/** What an endpoint of OAuth has answered. */
export interface OAuthAnswer {
  readonly status: number;
  readonly body: JsonObject;
  /** The code of a refusal; undefined where it is none. */
  readonly error: string | undefined;
}

/** Posts a form to one of the gateway's endpoints. */
export type AskGateway = (path: string, fields: Readonly<Record<string, string>>) => Promise<OAuthAnswer>;

const TIMEOUT_MS = 20_000;
const MAX_WORDS = 300;

/** How the gateway says no. */
export const refusalOf = ({ status, body, error }: OAuthAnswer): string =>
  foreignWords(nonEmptyString(body.error_description) ?? error ?? `it answered ${status}`, MAX_WORDS);

/**
 * Speaks with a gateway as all of the command line does: through the proxies, and with the certificates, that the
 * environment names.
 * @throws GatewayError command_failed where it does not answer
 */
export const createAskGateway = (gateway: string, { env }: Pick<CommandContext, 'env'>): AskGateway => {
  const certificates = readTrustedCertificates(env);
  const proxies = { ...readProxies(env), ...(certificates && { certificates }) };
  const agent = createAgent(new URL(gateway), proxies);
  const fetch = createProviderFetch(() => agent);
  return async (path, fields) => {
    const answer = await fetch(`${gateway}${path}`, {
      method: 'POST',
      body: new URLSearchParams(fields),
      headers: { 'content-type': 'application/x-www-form-urlencoded', 'user-agent': 'gomodel-ts' },
      redirect: 'manual',
      signal: AbortSignal.timeout(TIMEOUT_MS),
    }).catch((cause: unknown) => {
      const why = cause instanceof Error ? cause.message : String(cause);
      throw new GatewayError(
        'command_failed',
        `${gateway} cannot be asked: ${foreignWords(why, MAX_WORDS)}.`,
        {
          cause,
        },
      );
    });
    const body: unknown = await answer.json().catch(() => undefined);
    if (!isObject(body) && answer.status !== 200) {
      throw new GatewayError(
        'command_failed',
        `nobody can sign in at ${gateway}: it answered ${answer.status} at ${path}. Is it a gateway with an identity provider (OIDC_ISSUER)?`,
      );
    }
    const known = isObject(body) ? body : {};
    return {
      status: answer.status,
      body: known,
      error: answer.ok ? undefined : (nonEmptyString(known.error) ?? 'server_error'),
    };
  };
};
