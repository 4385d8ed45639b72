import { afterEach, beforeAll, beforeEach, expect, it } from 'vitest';
import { type AnthropicUpstream, startAnthropicUpstream } from '../support/anthropic/upstream.ts';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { type GatewayProcess, MASTER_KEY, startGateway } from '../support/gateway/start-gateway.ts';

let missing: string | undefined;
let double: AnthropicUpstream;
let gateway: GatewayProcess;

beforeAll(async () => {
  await ensureClaudeCode().catch((reason: unknown) => {
    missing = `Claude Code cannot be installed: ${reason instanceof Error ? reason.message : reason}`;
  });
});
beforeEach((context) => context.skip(missing !== undefined, missing));
afterEach(async () => {
  await gateway?.stop();
  await double?.close();
});

it.each([
  [
    'a spent budget',
    { env: { SET_BUDGET: 'daily=0' }, code: 'budget_exceeded' },
    /429.*gomodel-ts: the daily budget of this gateway has no room.*It starts anew at/s,
  ],
  [
    'a rate limit that is reached for the day',
    { env: { SET_RATE_LIMIT: 'rpd=0' }, code: 'rate_limit_exceeded' },
    /429.*gomodel-ts: this gateway may have 0 requests a day, and has reached that/s,
  ],
  [
    'a key that was revoked',
    { command: ['keys', 'revoke', 'anna'], code: 'invalid_api_key' },
    /gomodel-ts: .*anna.*was revoked/s,
  ],
  [
    'a model that its key may not use',
    { terms: ['--model', 'other-*'], code: 'model_not_allowed' },
    /gomodel-ts: .*is not allowed to this key here: allowed are other-\*/s,
  ],
] as const)('Claude Code asks once and shows why, with %s', async (_name, given, says) => {
  const { code, env = {}, terms = [], command = [] } = { env: {}, terms: [], command: [], ...given };
  double = await startAnthropicUpstream([{ say: [{ text: 'ok' }] }]);
  gateway = await startGateway({
    providerKey: null,
    masterKey: MASTER_KEY,
    env: { ANTHROPIC_API_KEY: 'sk-ant-of-the-gateway', ANTHROPIC_BASE_URL: double.url, ...env },
  });
  const made = await gateway.run(['keys', 'create', '--name', 'anna', ...terms]);
  if (command.length > 0) await gateway.run(command);
  const run = await runClaudeCode({
    prompt: 'Say ok.',
    args: ['--model', 'claude-opus-5-5'],
    env: { ANTHROPIC_BASE_URL: new URL(gateway.url).origin, ANTHROPIC_API_KEY: made.stdout.trim() },
  });
  expect(run.code).toBe(1);
  expect(run.stdout).toMatch(says);
  const records = await gateway.logs((all) => all.some(({ error }) => error?.code === code));
  expect(
    records.filter(({ path }) => path.startsWith('/v1/messages')).map(({ error }) => error?.code),
  ).toEqual([code]);
  expect(double.requests).toHaveLength(0);
});
