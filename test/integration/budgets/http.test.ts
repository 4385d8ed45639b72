import { beforeEach, describe, expect, it } from 'vitest';
import { answerOf, ask, composeWithBudgets, pricedFolder } from '../../support/guard/budget-gateway.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const CODEX = { originator: 'codex_exec', 'user-agent': 'codex_exec/0.171.0' };

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(answerOf(100, 90));
  return () => upstream.close();
});

describe('a spent budget', () => {
  it('lets the first request in, and no other one once that has cost its limit', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=1' });
    const first = await ask(gateway);
    expect(first.status).toBe(200);
    await first.text();
    await gateway.records();
    const second = await ask(gateway);
    expect(second.status).toBe(429);
    expect(await second.json()).toMatchObject({
      error: {
        type: 'insufficient_quota',
        code: 'budget_exceeded',
        message: expect.stringContaining('the daily budget of this gateway'),
        resets_at: expect.any(Number),
      },
    });
    expect(second.headers.get('x-should-retry')).toBe('false');
    expect(upstream.requests).toHaveLength(1);
    const [, refused] = await gateway.records();
    expect(refused).toMatchObject({
      status: 429,
      model: 'gpt-test',
      error: { code: 'budget_exceeded', origin: 'gateway' },
    });
  });

  it('speaks to Codex as a spent plan does, with our sentence and the time', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=0' });
    const refused = await ask(gateway, CODEX);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('x-codex-promo-message')).toBe(
      'gomodel-ts: the daily budget of this gateway has no room for this request: $0.00 of $0.00 spent',
    );
    const { error } = (await refused.json()) as { error: { type: string; resets_at: number } };
    expect(error.type).toBe('usage_limit_reached');
    expect(new Date(error.resets_at * 1000).toISOString()).toMatch(/T00:00:00.000Z$/);
  });

  it('speaks to clients of the Messages API in its envelope', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=0', ANTHROPIC_API_KEY: 'k' });
    const refused = await ask(gateway, { 'anthropic-version': '2023-06-01' }, {}, '/messages');
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({ type: 'error', error: { type: 'rate_limit_error' } });
    expect(refused.headers.get('x-should-retry')).toBe('false');
  });

  it.each([
    ['another endpoint', '/embeddings', {}],
    ['a compaction', '/responses/compact', {}],
    ['a ChatGPT sign-in', '/responses', { authorization: 'Bearer x', 'chatgpt-account-id': 'a' }],
  ])('holds for %s as well', async (_name, path, headers) => {
    const gateway = await composeWithBudgets(upstream.url, {
      SET_BUDGET: 'daily=0',
      CHATGPT_LOGIN: 'passthrough',
      CHATGPT_BASE_URL: upstream.url,
    });
    expect((await ask(gateway, headers, {}, path)).status).toBe(429);
    expect(upstream.requests).toHaveLength(0);
  });

  it('holds where a path names the provider', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=0' });
    const refused = await ask({ v1: new URL(gateway.v1).origin }, {}, {}, '/p/openai/v1/responses');
    expect(refused.status).toBe(429);
  });

  it('keeps nobody from what costs nothing', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=0' });
    expect((await fetch(`${gateway.v1}/models`)).status).toBe(200);
    expect((await ask(gateway, {}, {}, '/responses/input_tokens')).status).not.toBe(429);
  });

  it('stays spent after a restart', async () => {
    const dataDir = pricedFolder();
    const env = { SET_BUDGET: 'monthly=1' };
    const before = await composeWithBudgets(upstream.url, env, { dataDir });
    await (await ask(before)).text();
    await before.close(0);
    const after = await composeWithBudgets(upstream.url, env, { dataDir });
    expect((await ask(after)).status).toBe(429);
  });

  it('frees what a failed request had reserved', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=1' });
    upstream.play({ kind: 'json', status: 500, body: { error: { message: 'no' } } });
    for (let count = 0; count < 5; count++) await (await ask(gateway, {}, { max_output_tokens: 90 })).text();
    await gateway.records();
    upstream.play(answerOf(1, 1));
    expect((await ask(gateway, {}, { max_output_tokens: 90 })).status).toBe(200);
  });

  it('charges the input, and the output so far, of an answer that its client leaves', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_BUDGET: 'daily=0.05' });
    upstream.play({ ...answerOf(100, 90), eventLimit: 3, finally: 'hang' } as never);
    const left = new AbortController();
    const running = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify({ model: 'gpt-test', stream: true, input: 'x'.repeat(60) }),
      signal: left.signal,
    });
    const reader = running.body?.getReader();
    await reader?.read();
    left.abort();
    await gateway.records();
    upstream.play(answerOf(1, 1));
    expect((await ask(gateway)).status).toBe(429);
  });

  it('is refused at the start where it cannot be understood', async () => {
    await expect(composeWithBudgets(upstream.url, { SET_BUDGET_TEAM: 'daily=-1' })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringMatching(/^SET_BUDGET_TEAM: the limit is an amount in USD/),
    });
  });
});

describe('a run that bounds itself', () => {
  it('stops at its own limit, and no other run does', async () => {
    const gateway = await composeWithBudgets(upstream.url, {});
    const run = { 'x-gomodel-run': 'run_1', 'x-gomodel-run-budget': '1' };
    await (await ask(gateway, run)).text();
    await gateway.records();
    const refused = await ask(gateway, run);
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('budget of this run');
    expect((await ask(gateway, { ...run, 'x-gomodel-run': 'run_2' })).status).toBe(200);
    expect(upstream.requests.at(-1)?.headers).not.toHaveProperty('x-gomodel-run-budget');
  });
});
