import type { Agent } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { foreignWords } from '../../base/foreign-text.ts';
import { isObject, nonEmptyString, parseJson } from '../../base/json-object.ts';
import { createHideSecrets } from '../../base/secrets/hide-secrets.ts';
import type { ConfiguredProvider } from '../configured-provider.ts';
import type { ListedModel } from '../provider-spec.ts';
import { createUpstream } from '../upstream.ts';
import { requestProvider } from './provider-request.ts';

const TIMEOUT_MS = 15_000;

/**
 * What a provider lists.
 * @throws GatewayError upstream_unreachable, command_failed with the provider's own words
 */
export type FetchList = (provider: ConfiguredProvider) => Promise<readonly ListedModel[]>;

/** What an error answer says, whoever's form it has. */
const messageOf = (body: Buffer): string => {
  const text = body.toString('utf8');
  const answer = parseJson(text);
  const error = isObject(answer) ? (answer.error ?? answer) : undefined;
  const said = isObject(error) ? nonEmptyString(error.message) : nonEmptyString(error);
  return foreignWords(said ?? text, 200) || 'without a word';
};

/** @param agentFor the connections to a provider, through a proxy where one is configured */
export const createFetchList =
  (agentFor: (provider: ConfiguredProvider) => Agent): FetchList =>
  async (provider) => {
    const { path, headers, read } = provider.spec.modelList;
    const { host } = provider.baseUrl;
    const { status, body } = await requestProvider(
      createUpstream(provider),
      { method: 'GET', path, ...(headers && { headers }) },
      { agent: agentFor(provider), signal: AbortSignal.timeout(TIMEOUT_MS) },
    );
    if (status !== 200) {
      throw new GatewayError(
        'command_failed',
        `${host} answered ${status}: ${createHideSecrets([provider.apiKey])(messageOf(body))}`,
      );
    }
    const models = read(parseJson(body.toString('utf8')));
    if (!models) throw new GatewayError('command_failed', `${host} did not answer with a list`);
    return models;
  };
