import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../../base/errors.ts';
import { fetchGateway } from '../../base/fetch-gateway.ts';
import { systemClock } from '../../base/time/clock.ts';
import { canAskDefault, defaultProviderOf, type GatewayConfig } from '../../config/load-config.ts';
import { createUpstreamClient } from '../../forward/send/create-upstream-client.ts';
import { createUpstreamHeaders } from '../../forward/send/upstream-headers.ts';
import { readRefusal } from '../../probe/read-refusal.ts';
import type { Step } from '../../probe/step.ts';
import type { ModelListForm } from '../../providers/provider-spec.ts';
import { createChatgptUpstream, createUpstream, type Upstream } from '../../providers/upstream.ts';
import type { RunningGateway } from '../ask-health.ts';

const NAME = 'Upstream';
const CONNECT_TIMEOUT_MS = 10_000;
const ANSWER_TIMEOUT_MS = 15_000;
const VIA = '1.1 gomodel-ts-doctor';

export interface UpstreamCheck {
  readonly step: Step;
  /** False: a model request would be refused for want of a key. */
  readonly hasKey: boolean;
}

interface ModelsAnswer {
  readonly status: number;
  readonly origin: string | undefined;
  readonly body: string;
}

const readBody = async (message: IncomingMessage): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message as AsyncIterable<Buffer>) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/** Asks by the very way that the gateway takes: its proxies, its connections, its credential. */
export const askDirectly = (
  upstream: Upstream,
  { path, headers: wanted }: Pick<ModelListForm, 'path' | 'headers'>,
  { proxies }: GatewayConfig,
): Promise<ModelsAnswer> => {
  const client = createUpstreamClient({
    ...{ upstream, proxies, via: VIA },
    clock: systemClock,
    connectTimeoutMs: CONNECT_TIMEOUT_MS,
  });
  const headers = createUpstreamHeaders({
    headers: wanted ?? {},
    host: upstream.baseUrl.host,
    // What a client would bring along is not at hand here.
    credential: upstream.credential?.kind === 'own' ? upstream.credential : undefined,
    bodyBytes: undefined,
    via: VIA,
  });
  return new Promise<ModelsAnswer>((resolve, reject) => {
    const cancel = client.send(
      { method: 'GET', path, headers, body: Buffer.alloc(0) },
      {
        onAnswer: (message) => {
          const { statusCode = 0 } = message;
          readBody(message).then((body) => resolve({ status: statusCode, origin: 'upstream', body }), reject);
        },
        onFailure: reject,
      },
    );
    AbortSignal.timeout(ANSWER_TIMEOUT_MS).addEventListener('abort', () => {
      cancel();
      const limit = `it gave no answer within ${ANSWER_TIMEOUT_MS / 1000} s.`;
      reject(new GatewayError('upstream_timeout', `${upstream.baseUrl.host}: ${limit}`));
    });
  }).finally(() => client.close());
};

/** Asks through a gateway that runs: its shell may have another key and other proxies than this one. */
const askThrough = async ({ url }: RunningGateway, key: string): Promise<ModelsAnswer> => {
  const response = await fetchGateway(`${url}/v1/models`, {
    headers: { authorization: `Bearer ${key}` },
    signal: AbortSignal.timeout(ANSWER_TIMEOUT_MS),
  });
  const origin = response.headers.get('x-gomodel-error-origin') ?? undefined;
  return { status: response.status, origin, body: await response.text() };
};

const isWithoutKey = (body: string): boolean => body.includes('"provider_not_configured"');

const judge = (
  { status, origin, body }: ModelsAnswer,
  where: string,
  keyVariable: string,
  ms: number,
): UpstreamCheck => {
  const at = { name: NAME, ms };
  if (status < 400) {
    const message = `${where} lists its models: the key is accepted`;
    return { step: { ...at, state: 'ok', message }, hasKey: true };
  }
  const { message } = readRefusal(status, origin, body);
  if (isWithoutKey(body)) return { step: { ...at, state: 'warning', message }, hasKey: false };
  const told = `${where}: ${status}, ${message}`;
  if (origin !== 'upstream') return { step: { ...at, state: 'failed', message: told }, hasKey: true };
  if (status === 401) {
    const remedy = `The provider refuses the key: set ${keyVariable} to a valid one, and start the gateway anew.`;
    return { step: { ...at, state: 'failed', message: told, remedy }, hasKey: true };
  }
  const remedy = 'It was reached. Whether it answers model requests, the round trip shows.';
  return { step: { ...at, state: 'warning', message: told, remedy }, hasKey: true };
};

const withoutKey = (status: number, upstream: Upstream, ms: number): Step => ({
  name: NAME,
  state: status < 500 ? 'warning' : 'failed',
  ms,
  message: `${upstream.baseUrl.host} was reached (${status}); there is no key to test`,
  remedy:
    upstream.credential?.kind === 'client'
      ? 'Only Codex has the ChatGPT sign-in: try it with `npx gomodel-ts codex exec "Reply with exactly ok"`.'
      : `Set ${upstream.keyVariable} to your key at the provider.`,
});

export interface CheckUpstreamInput {
  readonly config: GatewayConfig;
  readonly running: RunningGateway | undefined;
  /** The running gateway's. */
  readonly key: string | undefined;
  readonly isDemo: boolean;
}

/** The upstream can be reached, by TLS where it is asked so, and takes the key. */
export const checkUpstream = async (input: CheckUpstreamInput): Promise<UpstreamCheck> => {
  const { config, running, key, isDemo } = input;
  const skip = (message: string): UpstreamCheck => ({
    step: { name: NAME, state: 'skipped', message },
    hasKey: true,
  });
  if (isDemo) return skip('the built-in one answers (--demo)');
  if (running && key === undefined) return skip('the gateway would have to be asked, with its key');
  const provider = defaultProviderOf(config);
  const startedAt = performance.now();
  const tookMs = (): number => Math.round(performance.now() - startedAt);
  try {
    if (running && key !== undefined) {
      const answer = await askThrough(running, key);
      return judge(answer, `the upstream of ${running.url}`, provider.keyVariable, tookMs());
    }
    const own = createUpstream(provider);
    const isPassedOn = own.credential === undefined && config.chatgpt.login === 'passthrough';
    const upstream = isPassedOn ? createChatgptUpstream(config.chatgpt.baseUrl) : own;
    const form = isPassedOn ? { path: '/models' } : provider.spec.modelList;
    const answer = await askDirectly(upstream, form, config);
    if (own.credential === undefined) {
      return { step: withoutKey(answer.status, upstream, tookMs()), hasKey: false };
    }
    return judge(answer, upstream.baseUrl.host, provider.keyVariable, tookMs());
  } catch (cause) {
    const message = cause instanceof Error ? cause.message : String(cause);
    const hasKey = running !== undefined || canAskDefault(config);
    return { step: { name: NAME, state: 'failed', message, ms: tookMs() }, hasKey };
  }
};
