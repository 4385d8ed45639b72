import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, type CodexRun, runCodex } from '../support/codex/run-codex.ts';
import { type GatewayOptions, type GatewayProcess, MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const OK: Answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) };
const REDIRECT: Answer = {
  kind: 'bytes',
  status: 307,
  body: Buffer.alloc(0),
  headers: { location: 'https://third.example/v1/responses' },
};
const PROMPT = 'Reply with exactly ok and no punctuation.';
/** The built-in provider, which speaks WebSocket where it can. */
const builtIn = (baseUrl: string): string => `openai_base_url = "${baseUrl}"\n`;
const overWebSocket = (baseUrl: string): string => `${keyProvider(baseUrl)}supports_websockets = true\n`;

const stage = useStage();

interface Refusal {
  readonly name: string;
  readonly gateway: GatewayOptions;
  /** Of the upstream, which is then asked once. */
  readonly answer?: Answer;
  readonly run: (gateway: GatewayProcess) => Omit<CodexRun, 'version' | 'prompt'>;
  readonly code: string;
  readonly says: RegExp;
}

const GUARDED: GatewayOptions = { masterKey: MASTER_KEY };
const NO_KEY: GatewayOptions = { providerKey: null };
const withKey = (key: string) => (gateway: GatewayProcess) => ({
  configToml: keyProvider(gateway.url),
  env: { OPENAI_API_KEY: key },
});
const withSignIn =
  (env: Readonly<Record<string, string>>) =>
  (gateway: GatewayProcess): Omit<CodexRun, 'version' | 'prompt'> => ({
    signIn: 'chatgpt',
    configToml: chatGptProvider(gateway.url),
    // 0.113.0 fetches its model catalog from the built-in provider's address.
    env: { OPENAI_BASE_URL: gateway.url, ...env },
  });
const NO_LOGIN = { CHATGPT_LOGIN: 'replace' };

const REFUSALS: readonly Refusal[] = [
  {
    name: 'a redirect',
    gateway: {},
    answer: REDIRECT,
    run: withKey('any'),
    code: 'upstream_redirected',
    says: /third\.example.*Set OPENAI_BASE_URL/,
  },
  {
    name: 'a wrong key',
    gateway: GUARDED,
    run: withKey('sk-other'),
    code: 'invalid_api_key',
    says: /GOMODEL_MASTER_KEY/,
  },
  {
    name: 'a wrong key beside a sign-in',
    gateway: GUARDED,
    run: withSignIn({ GOMODEL_MASTER_KEY: 'wrong' }),
    code: 'invalid_api_key',
    says: /X-GoModel-Key is not the master key/,
  },
  {
    name: 'no key beside a sign-in',
    gateway: GUARDED,
    run: withSignIn({}),
    code: 'missing_api_key',
    says: /no gateway key came in X-GoModel-Key/,
  },
  {
    name: 'no key of the provider',
    gateway: NO_KEY,
    run: withKey('any'),
    code: 'provider_not_configured',
    says: /Set OPENAI_API_KEY/,
  },
  {
    name: 'no key of the provider, with a sign-in',
    gateway: { ...NO_KEY, env: NO_LOGIN },
    run: withSignIn({}),
    code: 'provider_not_configured',
    says: /Set OPENAI_API_KEY/,
  },
  {
    name: 'sign-ins that are off',
    gateway: { env: { CHATGPT_LOGIN: 'off' } },
    run: withSignIn({}),
    code: 'invalid_api_key',
    says: /CHATGPT_LOGIN=off/,
  },
];

const OVER_WEBSOCKET: readonly Refusal[] = [
  {
    name: 'a wrong key, over WebSocket',
    gateway: GUARDED,
    run: ({ url }) => ({ configToml: overWebSocket(url), env: { OPENAI_API_KEY: 'sk-other' } }),
    code: 'invalid_api_key',
    says: /GOMODEL_MASTER_KEY/,
  },
  {
    name: 'no key, over WebSocket, with a sign-in',
    gateway: GUARDED,
    run: ({ url }) => ({ signIn: 'chatgpt', configToml: builtIn(url) }),
    code: 'missing_api_key',
    says: /no gateway key came in X-GoModel-Key/,
  },
  {
    name: 'no key of the provider, over WebSocket',
    gateway: NO_KEY,
    run: ({ url }) => ({ configToml: overWebSocket(url), env: { OPENAI_API_KEY: 'any' } }),
    code: 'provider_not_configured',
    says: /Set OPENAI_API_KEY/,
  },
  {
    name: 'a redirect, in a frame of a WebSocket',
    gateway: {},
    answer: REDIRECT,
    run: ({ url }) => ({ configToml: overWebSocket(url), env: { OPENAI_API_KEY: 'any' } }),
    code: 'upstream_redirected',
    says: /third\.example.*Set OPENAI_BASE_URL/,
  },
];

const shownError = (run: CodexOutcome): string =>
  run.stderr
    .split('\n')
    .filter((line) => /^ERROR: |"error"/.test(line))
    .join('\n');

const expectSaidOnce = async (version: string, refusal: Refusal): Promise<void> => {
  const { upstream, gateway } = await stage.setUp(refusal.answer ?? OK, refusal.gateway);
  const startedAtMs = performance.now();
  const run = await runCodex({ version, prompt: PROMPT, ...refusal.run(gateway) });
  const tookMs = Math.round(performance.now() - startedAtMs);
  expect(run.code).toBe(1);
  expect(shownError(run), `${tookMs} ms`).toMatch(refusal.says);
  expect(run.stderr).not.toMatch(/Reconnecting/i);
  const records = await gateway.logs((all) => all.some(({ error }) => error?.code === refusal.code));
  const [model, ...more] = await endedRequests(gateway, 1);
  expect([model?.error?.code, more, records.length < 10]).toEqual([refusal.code, [], true]);
  expect(shownError(run)).toContain(model?.id);
  expect(upstream.requests.length).toBe(refusal.answer ? 1 : 0);
};

describe.each(CODEX_VERSIONS)('Codex %s asks once and shows why it was refused:', (version) => {
  it.each(REFUSALS)('$name', (refusal) => expectSaidOnce(version, refusal), 60_000);
});

describe.each(CODEX_VERSIONS.slice(1))('Codex %s asks once and shows why it was refused:', (version) => {
  it.each(OVER_WEBSOCKET)('$name', (refusal) => expectSaidOnce(version, refusal), 60_000);
});
