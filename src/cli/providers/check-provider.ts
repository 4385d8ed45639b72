import type { Agent } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { createHideSecrets } from '../../base/secrets/hide-secrets.ts';
import type { ConfiguredProvider } from '../../providers/configured-provider.ts';
import { createFetchList } from '../../providers/lists/fetch-list.ts';
import { type ProviderAnswer, requestProvider } from '../../providers/lists/provider-request.ts';
import type { ListedModel } from '../../providers/provider-spec.ts';
import { createUpstream } from '../../providers/upstream.ts';
import { createAnthropicSpec } from '../../translate/anthropic/spec.ts';
import type { Ask, Dialect } from '../../translate/ask.ts';
import { createChatSpec } from '../../translate/chat/spec.ts';
import { geminiSpec } from '../../translate/gemini/spec.ts';
import { responsesSpec } from '../../translate/responses/spec.ts';
import type { DialectSpec } from '../../translate/translation.ts';
import { chooseModel } from './choose-model.ts';

const TIMEOUT_MS = 60_000;
/** As few as every provider takes. */
const MAX_OUTPUT_TOKENS = 16;

const DIALECTS: Readonly<Record<Dialect, (provider: ConfiguredProvider) => DialectSpec>> = {
  anthropic: () => createAnthropicSpec(),
  chat: ({ spec }) => createChatSpec(spec.chat),
  gemini: () => geminiSpec,
  responses: () => responsesSpec,
};

export type ProviderCheck =
  | { readonly state: 'ok'; readonly model: string; readonly ms: number; readonly listed: number | undefined }
  | { readonly state: 'failed'; readonly message: string; readonly remedy: string; readonly model?: string };

const UNREACHABLE = 'Check its address, whether it runs, and the way to it (HTTPS_PROXY).';

const isUnreachable = (error: Error): boolean =>
  error instanceof GatewayError && error.code === 'upstream_unreachable';

const tinyAsk = (model: string): Ask => ({
  model,
  items: [{ kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'Reply with exactly: ok' }] }],
  tools: [],
  wantsReasoning: false,
  maxOutputTokens: MAX_OUTPUT_TOKENS,
  stream: false,
});

const remedyOf = (status: number, { keyVariable, id }: ConfiguredProvider, model: string): string => {
  if (status === 401 || status === 403) {
    return `The provider refuses the key, or what it may do: set ${keyVariable} to a valid one.`;
  }
  if (status === 402 || status === 429) {
    return 'The key is known. Its account is out of credit, or was asked too often: look there, or wait.';
  }
  if (status === 404 || status === 400) {
    return `Perhaps the key may not use ${model}: name another first in ${keyVariable.replace(/_API_KEY$/, '_MODELS')}, or check the address of ${id}.`;
  }
  return 'The provider has trouble of its own: try again later.';
};

const judge = (
  provider: ConfiguredProvider,
  model: string,
  { status, body }: ProviderAnswer,
  dialect: DialectSpec,
): ProviderCheck | undefined => {
  if (status < 300) return undefined;
  const message = createHideSecrets([provider.apiKey])(dialect.readError(status, body).message);
  return {
    state: 'failed',
    model,
    message: `${model}: ${status}, ${message}`,
    remedy: remedyOf(status, provider, model),
  };
};

/**
 * Proves a provider with a real, tiny request: its address, the way to it, the key, and that a model answers.
 * @param agent the connections to it, through a proxy where one is configured
 */
export const checkProvider = async (provider: ConfiguredProvider, agent: Agent): Promise<ProviderCheck> => {
  const { keyVariable, models } = provider;
  const upstream = createUpstream(provider);
  if (!upstream.credential) {
    return { state: 'failed', message: 'there is no key', remedy: `Set ${keyVariable}.` };
  }
  const list = await createFetchList(() => agent)(provider).catch((error: unknown) =>
    error instanceof Error ? error : new Error(String(error)),
  );
  const listed: readonly ListedModel[] = list instanceof Error ? [] : list;
  const model = chooseModel([...models, ...listed], models.length);
  if (model === undefined) {
    const variable = keyVariable.replace(/_API_KEY$/, '_MODELS');
    if (list instanceof Error) {
      const remedy = isUnreachable(list)
        ? UNREACHABLE
        : `Check ${keyVariable}; where it lists no models, name them in ${variable}.`;
      return { state: 'failed', message: list.message, remedy };
    }
    return { state: 'failed', message: 'it lists no models', remedy: `Name one in ${variable}.` };
  }
  const dialect = DIALECTS[provider.spec.dialect](provider);
  const { path, headers, body } = dialect.writeRequest(tinyAsk(model));
  const startedAt = performance.now();
  try {
    const answer = await requestProvider(
      upstream,
      {
        method: 'POST',
        path: upstream.toPath?.(path, model) ?? path,
        headers,
        body: Buffer.from(JSON.stringify(body)),
      },
      { agent, signal: AbortSignal.timeout(TIMEOUT_MS) },
    );
    const ms = Math.round(performance.now() - startedAt);
    const listedCount = list instanceof Error ? undefined : list.length;
    return judge(provider, model, answer, dialect) ?? { state: 'ok', model, ms, listed: listedCount };
  } catch (error) {
    const message = error instanceof Error ? error.message : String(error);
    return { state: 'failed', model, message, remedy: UNREACHABLE };
  }
};
