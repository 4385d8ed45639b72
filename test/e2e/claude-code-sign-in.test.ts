import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { startAnthropicUpstream } from '../support/anthropic/upstream.ts';
import { logInToGateway } from '../support/claude-code/log-in-to-gateway.ts';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { createBrowser } from '../support/identity/browser.ts';
import { type ProviderDouble, startProvider } from '../support/identity/start-provider.ts';
import { hasTmux } from '../support/run-tmux.ts';

const MODEL = 'claude-opus-5-5';

/** It chooses the model, and says where requests go to: a sign-in to a gateway is stronger. */
const POLICY = `policy:
  url: https://gw.corp.example
  groups:
    platform:
      claude: { model: ${MODEL}, models: [${MODEL}] }
`;

let missing: string | undefined;
beforeAll(async () => {
  await ensureClaudeCode().catch((reason: unknown) => {
    missing = `Claude Code cannot be installed: ${reason instanceof Error ? reason.message : reason}`;
  });
  if (!hasTmux) missing ??= 'tmux is not installed';
});
beforeEach((context) => context.skip(missing !== undefined, missing));

const setUp = async (env: Readonly<Record<string, string>> = {}) => {
  const provider: ProviderDouble = await startProvider([
    { subject: 'u-1', name: 'anna', groups: ['platform'], isActive: true },
  ]);
  const double = await startAnthropicUpstream([
    {
      say: [{ text: 'I look.' }, { call: 'Bash', input: { command: 'cat hello.txt', description: 'Look' } }],
    },
    { say: [{ text: 'done' }] },
  ]);
  const gateway = await startGateway({
    providerKey: null,
    env: {
      ...provider.env,
      ANTHROPIC_API_KEY: 'sk-ant-of-the-gateway',
      ANTHROPIC_BASE_URL: double.url,
      ...env,
    },
    configFile: POLICY,
  });
  onTestFinished(async () => {
    await gateway.stop();
    await double.close();
  });
  const base = new URL(gateway.url).origin;
  const browser = createBrowser();
  const { home, shown } = await logInToGateway(base, async (code) => {
    const question = await browser.post(`${base}/device`, { user_code: code });
    const confirmation = /name="confirmation" value="([\w-]+)"/.exec(question.text)?.[1] ?? '';
    await browser.post(`${base}/device/decision`, { confirmation, decision: 'allow' });
  });
  const run = () => runClaudeCode({ prompt: 'Look.', args: ['--allowedTools', 'Bash'], env: {}, home });
  return { provider, gateway, shown, run };
};

it('the real Claude Code signs in by its device login, takes its settings, and works until its person leaves', async () => {
  const { provider, gateway, shown, run } = await setUp({ OIDC_TOKEN_LIFETIME: '10s' });
  expect(shown).toContain('anna@corp.example');
  const worked = await run();
  expect([worked.code, worked.stdout.trim(), worked.outsideAttempts]).toEqual([0, 'done', []]);
  // The model is the policy's: nobody has said another one.
  const records = await gateway.logs((all) => all.filter(({ model }) => model === MODEL).length >= 2);
  expect(records.filter(({ model }) => model === MODEL)).toMatchObject([
    { auth: 'sso:u-1', userPath: '/people/anna', response: { toolCalls: ['Bash'] } },
    { auth: 'sso:u-1', status: 200 },
  ]);
  const anna = provider.accounts.get('u-1');
  if (anna) anna.isActive = false;
  // With a token that is nearly over it asks for another one.
  let ended = await run();
  while (ended.code === 0) ended = await run();
  expect(ended.stdout + ended.stderr).toMatch(
    /the sign-in in Authorization has ended|no longer accepts this/,
  );
  const last = await run();
  expect([last.code, last.stdout + last.stderr]).toEqual([
    1,
    expect.stringContaining('no longer accepts this session'),
  ]);
});

it('the real Claude Code says once that the budget of its person is spent', async () => {
  const { gateway, run } = await setUp({ SET_BUDGET_PEOPLE__ANNA: 'daily=0' });
  const { code, stdout } = await run();
  expect(code).toBe(1);
  expect(stdout).toMatch(/gomodel-ts: .*budget of \/people\/anna has no room.*It starts anew at/s);
  const records = await gateway.logs((all) => all.some(({ error }) => error?.code === 'budget_exceeded'));
  expect(records.filter(({ model }) => model === MODEL)).toHaveLength(1);
});
