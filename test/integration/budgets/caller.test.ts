import { beforeEach, describe, expect, it } from 'vitest';
import { MASTER_KEY, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { answerOf, ask, composeWithBudgets, pricedFolder } from '../../support/guard/budget-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  // Each costs $1.
  upstream = await startUpstream(answerOf(100, 90));
  return () => upstream.close();
});

const bearer = (key: string) => ({ authorization: `Bearer ${key}` });

const setUp = async () => {
  const dataDir = pricedFolder();
  const desk = openDesk(dataDir);
  const anna = await desk.create({ name: 'anna', userPath: '/team/alpha', labels: ['ci'] });
  const bert = await desk.create({ name: 'bert', userPath: '/team/beta' });
  const gateway = await composeWithBudgets(
    upstream.url,
    {
      GOMODEL_MASTER_KEY: MASTER_KEY,
      SET_BUDGET_TEAM__ALPHA: 'daily=10',
      SET_BUDGET_TEAM: 'monthly=5,per_child',
      SET_RATE_LIMIT_TEAM: 'rpm=60,concurrent=4',
      SET_RATE_LIMIT_TEAM__BETA: 'tpm=1000',
    },
    { dataDir },
  );
  const spend = async (key: string, turnId?: string): Promise<void> => {
    const turn = turnId === undefined ? {} : { 'x-codex-turn-metadata': JSON.stringify({ turn_id: turnId }) };
    await (await ask(gateway, { ...bearer(key), ...turn })).text();
    await gateway.records();
  };
  return { gateway, anna, bert, spend };
};

const usageOf = async ({ v1 }: RunningGateway, headers: object, query = ''): Promise<unknown> =>
  (await fetch(`${v1}/usage${query}`, { headers: { ...headers } })).json();

describe('GET /v1/usage', () => {
  it('tells a key its own usage, and the budgets and limits that hold for it, without counting', async () => {
    const { gateway, anna, bert, spend } = await setUp();
    await spend(anna.text);
    await spend(bert.text);
    const told = await usageOf(gateway, bearer(anna.text));
    expect(told).toMatchObject({
      user_path: '/team/alpha',
      key_id: anna.key.id,
      usage: { total_requests: 1, total_input_tokens: 100, total_output_tokens: 90, total_cost: 1 },
      budgets: [
        {
          id: '/team/* monthly',
          user_path: '/team/alpha',
          amount: 5,
          spent: 1,
          remaining: 4,
          usage_ratio: 0.2,
          exceeded: false,
        },
        { id: '/team/alpha daily', amount: 10, spent: 1, period_label: 'daily' },
      ],
      rate_limits: [
        {
          user_path: '/team',
          period_label: 'minute',
          max_requests: 60,
          requests_used: 2,
          requests_remaining: 58,
          exhausted: false,
        },
        { user_path: '/team', period_label: 'concurrent', max_requests: 4, in_flight: 0 },
      ],
    });
    expect(await usageOf(gateway, bearer(anna.text))).toMatchObject({
      rate_limits: [{ requests_used: 2 }, {}],
    });
    expect(await gateway.records()).toHaveLength(2);
  });

  it('tells the master key of the path that it says, or everything', async () => {
    const { gateway, anna, bert, spend } = await setUp();
    await spend(anna.text);
    await spend(bert.text);
    const path = { 'x-gomodel-user-path': '/team/beta' };
    expect(await usageOf(gateway, { ...bearer(MASTER_KEY), ...path })).toMatchObject({
      user_path: '/team/beta',
      usage: { total_requests: 1 },
      budgets: [{ user_path: '/team/beta', spent: 1 }],
    });
    expect(await usageOf(gateway, bearer(MASTER_KEY))).toMatchObject({
      usage: { total_requests: 2 },
      budgets: [],
    });
  });

  it('is refused without a key, with a wrong one, by another method, and for days that are none', async () => {
    const { gateway, anna } = await setUp();
    const statusOf = async (init: RequestInit, query = ''): Promise<number> =>
      (await fetch(`${gateway.v1}/usage${query}`, init)).status;
    expect(await statusOf({})).toBe(401);
    expect(await statusOf({ headers: bearer('sk-wrong') })).toBe(401);
    expect(await statusOf({ method: 'POST', headers: bearer(anna.text) })).toBe(405);
    expect(await statusOf({ headers: bearer(anna.text) }, '?days=many')).toBe(400);
    expect(upstream.requests).toHaveLength(0);
  });
});

describe('POST /v1/analytics/codex/turn-costs', () => {
  const costs = async ({ v1 }: RunningGateway, key: string, body: object): Promise<unknown> => {
    const response = await fetch(`${v1}/analytics/codex/turn-costs`, {
      method: 'POST',
      headers: { ...bearer(key), 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
    return response.status === 200 ? response.json() : response.status;
  };

  it('answers what turns have cost, by their responses, and leaves out what is not the key’s own', async () => {
    const { gateway, anna, bert, spend } = await setUp();
    await spend(anna.text, 'turn_1');
    await spend(anna.text, 'turn_1');
    await spend(bert.text, 'turn_2');
    const asked = { turn_ids: ['turn_1', 'turn_2', 'turn_unknown'] };
    expect(await costs(gateway, anna.text, asked)).toEqual({
      turns: [
        {
          turn_id: 'turn_1',
          status: 'priced',
          total_usd: '2.0000000000',
          event_count: 2,
          responses: [1, 2].map(() => ({
            response_id: expect.stringMatching(/^resp_/),
            total_usd: '1.0000000000',
          })),
          model: expect.any(String),
        },
      ],
    });
    expect(await costs(gateway, MASTER_KEY, asked)).toMatchObject({
      turns: [{ turn_id: 'turn_1' }, { turn_id: 'turn_2', total_usd: '1.0000000000' }],
    });
    expect(await costs(gateway, MASTER_KEY, { turn_ids: [] })).toEqual({ turns: [] });
  });

  it('says that a turn runs', async () => {
    const { gateway, anna } = await setUp();
    upstream.play({ ...answerOf(1, 1), eventLimit: 1, finally: 'hang' } as never);
    const turn = { 'x-codex-turn-metadata': JSON.stringify({ turn_id: 'turn_3' }) };
    const running = await ask(gateway, { ...bearer(anna.text), ...turn });
    await expect
      .poll(() => costs(gateway, anna.text, { turn_ids: ['turn_3'] }))
      .toMatchObject({ turns: [{ status: 'pending', total_usd: '0.0000000000' }] });
    await running.body?.cancel();
  });

  it.each([{}, { turn_ids: 'turn_1' }, { turn_ids: [1] }, { turn_ids: Array(257).fill('x') }])(
    'refuses %j',
    async (body) => {
      const { gateway, anna } = await setUp();
      expect(await costs(gateway, anna.text, body)).toBe(400);
    },
  );
});
