import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { type CodexRun, runCodex } from '../support/codex/run-codex.ts';
import { type GatewayProcess, MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();
const SPENT = /usage limit.*gomodel-ts: the daily budget of this gateway has no room for this request/s;

type Way = (gateway: GatewayProcess) => Omit<CodexRun, 'version' | 'prompt'>;

const WAYS: readonly (readonly [string, Way])[] = [
  ['with a key', ({ url }) => ({ configToml: keyProvider(url), env: { OPENAI_API_KEY: MASTER_KEY } })],
  [
    'over WebSocket',
    ({ url }) => ({
      configToml: `${keyProvider(url)}supports_websockets = true\n`,
      env: { OPENAI_API_KEY: MASTER_KEY },
    }),
  ],
  [
    'signed in with ChatGPT',
    ({ url }) => ({
      signIn: 'chatgpt',
      configToml: chatGptProvider(url),
      env: { OPENAI_BASE_URL: url, GOMODEL_MASTER_KEY: MASTER_KEY },
    }),
  ],
];

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  it.each(WAYS)('asks once where the budget is spent, and shows why: %s', async (_name, run) => {
    const { gateway } = await stage.setUp(
      { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
      { masterKey: MASTER_KEY, env: { SET_BUDGET: 'daily=0' } },
    );
    const outcome = await runCodex({ ...run(gateway), version, prompt: 'Reply with exactly ok.' });
    expect(`${outcome.stdout}${outcome.stderr}`).toMatch(SPENT);
    const records = await endedRequests(gateway, 1);
    expect(records.filter(({ error }) => error?.code === 'budget_exceeded')).toHaveLength(1);
  });
});
