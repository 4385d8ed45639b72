import { beforeEach, expect, it } from 'vitest';
import { MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { answerOf, composeWithBudgets } from '../../support/guard/budget-gateway.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(answerOf(10, 10));
  return () => upstream.close();
});

const setUp = async () => {
  const gateway = await composeWithBudgets(upstream.url, { GOMODEL_MASTER_KEY: MASTER_KEY });
  const admin = async (method: string, path: string, body?: object): Promise<unknown> => {
    const response = await fetch(`http://127.0.0.1:${gateway.port}/admin/${path}`, {
      method,
      headers: { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.status === 200 ? response.json() : response.status;
  };
  return admin;
};

it('takes budgets as GoModel’s API does, and gives them back by its path', async () => {
  const admin = await setUp();
  expect(
    await admin('PUT', 'budgets', {
      scope: 'user_path',
      subject: '/team/alpha',
      per_child: false,
      budget_key: { period: 'daily' },
      amount: 10,
    }),
  ).toEqual({ id: '/team/alpha daily' });
  expect(
    await admin('PUT', 'budgets', {
      scope: 'label',
      subject: 'Mobile-App-iOS',
      budget_key: { period_seconds: 7200 },
      amount: 5,
    }),
  ).toEqual({ id: 'label:Mobile-App-iOS 7200s' });
  await expect
    .poll(() => admin('GET', 'budgets'))
    .toMatchObject({ budgets: [{ limit: 10 }, { limit: 5, period: '7200s' }] });
  expect(
    await admin('DELETE', 'budgets', {
      scope: 'label',
      subject: 'Mobile-App-iOS',
      budget_key: { period_seconds: 7200 },
    }),
  ).toBe(204);
  await expect.poll(() => admin('GET', 'budgets')).toMatchObject({ budgets: [{ limit: 10 }] });
});

it('takes rate limits as GoModel’s API does: one rule for each period', async () => {
  const admin = await setUp();
  const subject = { user_path: '/team/alpha' };
  expect(
    await admin('PUT', 'rate-limits', {
      ...subject,
      limit_key: { period: 'minute' },
      max_requests: 100,
      max_tokens: 50_000,
    }),
  ).toEqual({ id: '/team/alpha' });
  await admin('PUT', 'rate-limits', { ...subject, limit_key: { period: 'concurrent' }, max_requests: 10 });
  for (const [scope, name, id] of [
    ['provider', 'openai', 'provider:openai'],
    ['model', 'openai/gpt-4o', 'provider:openai/gpt-4o'],
    ['model', 'gpt-4o', 'model:gpt-4o'],
  ]) {
    expect(
      await admin('PUT', 'rate-limits', {
        scope,
        subject: name,
        limit_key: { period_seconds: 60 },
        max_requests: 500,
      }),
    ).toEqual({ id });
  }
  const shown = async (): Promise<readonly string[]> => {
    const { limits } = (await admin('GET', 'rate-limits')) as {
      limits: { scope: string; name: string; limit: number }[];
    };
    return limits.map(({ scope, name, limit }) => `${scope} ${name} ${limit}`);
  };
  await expect
    .poll(shown)
    .toEqual([
      '/team/alpha rpm 100',
      '/team/alpha tpm 50000',
      '/team/alpha concurrent 10',
      'provider:openai rpm 500',
      'provider:openai/gpt-4o rpm 500',
      'model:gpt-4o rpm 500',
    ]);
  expect(await admin('DELETE', 'rate-limits', { ...subject, limit_key: { period: 'minute' } })).toBe(204);
  await expect.poll(shown).not.toContain('/team/alpha rpm 100');
  expect(await shown()).toContain('/team/alpha concurrent 10');
  expect(await admin('DELETE', 'rate-limits', { ...subject, limit_key: { period: 'concurrent' } })).toBe(204);
  expect(
    await admin('PUT', 'rate-limits', { ...subject, limit_key: { period: 'fortnight' }, max_requests: 1 }),
  ).toBe(400);
});
