import { describe, expect, it } from 'vitest';
import { readAdmin } from '../support/admin/ask-admin.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { type Billed, billedStream } from '../support/upstream/billed-stream.ts';
import { keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();

const USAGE = { inputTokens: 12_345, cachedTokens: 11_008, outputTokens: 678, reasoningTokens: 64 };

/** A turn of the real Codex, and what everybody who tells of it says that it cost. */
const runTurn = async (
  billed: Billed,
  { config = '', webSocket }: { config?: string; webSocket: boolean },
) => {
  const { upstream, gateway } = await stage.setUp(
    { kind: 'sse', events: billedStream({ model: 'gpt-5.5', usage: USAGE, ...billed }) },
    { env: { SET_BUDGET: 'daily=100' } },
  );
  const provider = `${keyProvider(gateway.url)}${webSocket ? 'supports_websockets = true\n' : ''}`;
  const run = await runCodex({
    version: '0.171.0',
    prompt: 'What is the weather?',
    configToml: `model = "gpt-5.5"\n${config}${provider}`,
    env: { OPENAI_API_KEY: MASTER_KEY },
  });
  expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
  const [record] = await endedRequests(gateway, 1);
  const usage = await gateway.run(['usage', '--json']);
  const { budgets } = await readAdmin<{ budgets: { spent: number }[] }>(
    Number(new URL(gateway.url).port),
    'budgets',
    { authorization: `Bearer ${MASTER_KEY}` },
  );
  const report = await gateway.run(['logs', record?.id ?? '']);
  return {
    asked: (await upstream.request(0)).json() as { service_tier?: string },
    record,
    costUsd: (JSON.parse(usage.stdout) as { costUsd: number }).costUsd,
    spent: budgets[0]?.spent,
    report: report.stdout,
  };
};

describe.each([
  ['HTTP', false],
  ['WebSocket', true],
])('the real Codex over %s', (_, webSocket) => {
  it('pays for what it searched, and for no page that it opened', async () => {
    const actions = ['search', 'open_page', 'search'];
    const { record, costUsd, spent, report } = await runTurn({ actions }, { webSocket });
    expect(record?.transport).toBe(webSocket ? 'websocket' : 'http');
    expect(record?.usage?.webSearches).toBe(2);
    expect(costUsd).toBeCloseTo(0.052529, 12);
    expect(spent).toBe(0.052529);
    expect(report).toContain('2 web searches');
  });

  it.each([
    ['flex', 'flex', 'flex', 0.0162645],
    ['fast', 'priority', 'priority', 0.0813225],
    ['fast', 'priority', 'default', 0.032529],
  ])('that is set to %s asks for %s and pays for the tier that it gets: %s', async (set, asked, got, usd) => {
    const config = `service_tier = "${set}"\n`;
    const turn = await runTurn({ response: { service_tier: got } }, { config, webSocket });
    expect(turn.asked.service_tier).toBe(asked);
    expect(turn.record?.serviceTier).toBe(got === 'default' ? undefined : got);
    expect(turn.costUsd).toBeCloseTo(usd, 12);
    expect(turn.spent).toBe(usd);
  });
});
