import { beforeEach, expect, it } from 'vitest';
import { MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { answerOf, ask, composeWithBudgets } from '../../support/guard/budget-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(answerOf(100, 90));
  return () => upstream.close();
});

const KEY = { 'x-gomodel-key': MASTER_KEY };

it('sets a budget, shows the figures that refuse, and removes it', async () => {
  const gateway = await composeWithBudgets(upstream.url, { GOMODEL_MASTER_KEY: MASTER_KEY });
  const budgets = `http://127.0.0.1:${gateway.port}/admin/api/v1/budgets`;
  const put = (body: object): Promise<Response> =>
    fetch(budgets, {
      method: 'PUT',
      headers: { ...KEY, 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  const shown = async () =>
    ((await (await fetch(budgets, { headers: KEY })).json()) as { budgets: object[] }).budgets;

  expect((await fetch(budgets)).status).toBe(401);
  const wrong = await put({ scope: '/', period: 'daily', limit: -1 });
  expect([wrong.status, ((await wrong.json()) as { error: { param: string } }).error.param]).toEqual([
    400,
    'limit',
  ]);
  expect(await (await put({ user_path: '/', period: 'daily', amount: 1 })).json()).toEqual({ id: '/ daily' });
  await expect.poll(shown).toMatchObject([{ id: '/ daily', spent: 0, limit: 1, reserved: 0 }]);

  await (await ask(gateway, KEY)).text();
  await gateway.records();
  expect(await shown()).toMatchObject([{ spent: 1, reserved: 0, unit: 'usd', tokens: 190 }]);
  expect(await (await ask(gateway, KEY)).text()).toContain('$1.00 of $1.00 spent');

  const remove = (id: string): Promise<Response> =>
    fetch(`${budgets}?id=${encodeURIComponent(id)}`, { method: 'DELETE', headers: KEY });
  expect((await remove('/ weekly')).status).toBe(404);
  expect((await remove('/ daily')).status).toBe(204);
  await expect.poll(shown).toEqual([]);
  expect((await ask(gateway, KEY)).status).toBe(200);
});

it('ends an answer that passes a ceiling, with the code upon which Codex asks no second time', async () => {
  const [first, ...rest] = responsesStream([{ text: 'ok' }]);
  const deltas = Array.from({ length: 300 }, (_, index) => ({
    type: 'response.output_text.delta',
    delta: 'x',
    sequence_number: index + 1,
  }));
  upstream.play({
    kind: 'sse',
    events: first ? [first, ...deltas, ...rest] : [],
    chunkBytes: 2_000,
    pauseMs: 1,
  });
  const gateway = await composeWithBudgets(upstream.url, {
    // Room for some 50 tokens of output.
    SET_BUDGET: 'daily=0.55,ceiling',
  });
  const text = await (await ask(gateway)).text();
  expect(text).toContain('"code":"invalid_prompt"');
  expect(text).not.toContain('response.completed');
  const [record] = await gateway.records();
  expect(record).toMatchObject({ error: { code: 'budget_exceeded' }, response: { finish: 'truncated' } });
  expect((await ask(gateway)).status).toBe(429);
});
