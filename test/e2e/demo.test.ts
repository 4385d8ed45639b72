import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { type GatewayProcess, startGateway } from '../support/gateway/start-gateway.ts';
import { keyProvider } from './codex-config.ts';

let gateway: GatewayProcess;
beforeAll(async () => {
  for (const version of CODEX_VERSIONS) await ensureCodex(version);
  gateway = await startGateway({ args: ['--demo'], providerKey: null });
});
afterAll(() => gateway.stop());

describe.each(CODEX_VERSIONS)('serve --demo, for Codex %s', (version) => {
  const run = (prompt: string, model = 'gpt-5.5') =>
    runCodex({
      version,
      prompt,
      args: ['-m', model, '-s', 'danger-full-access'],
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: 'anything' },
    });

  it('answers the test command of the README', async () => {
    expect(await run('Reply with exactly ok and no punctuation.')).toMatchObject({ code: 0, stdout: 'ok\n' });
  });

  it.each(['gpt-5.5', 'gpt-6-astra', 'a-model-that-codex-does-not-know'])(
    'shows a tool call with %s',
    async (model) => {
      const outcome = await run('List the files here.', model);
      expect(outcome.code).toBe(0);
      expect(outcome.stderr).toContain('hello.txt');
      expect(outcome.stdout).toMatch(/demo of gomodel-ts.*1 line/);
    },
  );
});

it('is told as such in the banner and by the model of each record', async () => {
  expect(gateway.output().stderr).toContain('demo');
  const records = await gateway.logs((all) => all.every(({ durationMs }) => durationMs !== undefined));
  const models = records.filter(({ method }) => method === 'POST').map(({ model }) => model);
  expect(models.length).toBeGreaterThan(0);
  for (const model of models) expect(model).toMatch(/^demo\//);
});

it('counts the tokens of a second request of a session as cached', async () => {
  const records = await gateway.logs((all) => all.every(({ durationMs }) => durationMs !== undefined));
  const withCalls = records.filter(({ response }) => response.toolCalls?.length);
  const session = withCalls[0]?.client.sessionId;
  const turn = records.filter(({ client, method }) => method === 'POST' && client.sessionId === session);
  expect(turn.at(-1)?.usage?.cachedInputTokens).toBeGreaterThan(1024);
});
