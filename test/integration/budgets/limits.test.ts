import { beforeEach, describe, expect, it } from 'vitest';
import { openaiSpec } from '../../../src/providers/specs/openai.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { answerOf, ask, composeWithBudgets } from '../../support/guard/budget-gateway.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream(answerOf(10, 10));
  return () => upstream.close();
});

describe('a rate limit', () => {
  it('says on every answer how it stands, and refuses what is beyond it until a time', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_RATE_LIMIT: 'rpm=2,tpm=50000' });
    const first = await ask(gateway);
    expect(
      Object.fromEntries([...first.headers].filter(([name]) => name.startsWith('x-ratelimit'))),
    ).toMatchObject({
      'x-ratelimit-limit-requests': '2',
      'x-ratelimit-remaining-requests': '1',
      'x-ratelimit-limit-tokens': '50000',
      'x-ratelimit-reset-requests': expect.stringMatching(/^(?:1m\d+s|\d+s)$/),
    });
    await first.text();
    await (await ask(gateway)).text();
    const refused = await ask(gateway);
    expect(refused.status).toBe(429);
    expect(await refused.json()).toMatchObject({
      error: { code: 'rate_limit_exceeded', type: 'rate_limit_error' },
    });
    expect(Number(refused.headers.get('retry-after'))).toBeGreaterThan(50);
    expect(refused.headers.get('x-ratelimit-remaining-requests')).toBe('0');
    expect(upstream.requests).toHaveLength(2);
  });

  it('says how its own stands in place of how the upstream’s does', async () => {
    upstream.play({ ...answerOf(1, 1), headers: { 'x-ratelimit-limit-requests': '9999' } } as never);
    const gateway = await composeWithBudgets(upstream.url, { SET_RATE_LIMIT: 'rpm=2' });
    expect((await ask(gateway)).headers.get('x-ratelimit-limit-requests')).toBe('2');
  });

  it('bounds what runs at once', async () => {
    upstream.play({ ...answerOf(1, 1), eventLimit: 1, finally: 'hang' } as never);
    const gateway = await composeWithBudgets(upstream.url, { SET_RATE_LIMIT: 'concurrent=1' });
    const running = await ask(gateway);
    expect((await ask(gateway)).status).toBe(429);
    await running.body?.cancel();
    await gateway.records();
    upstream.play(answerOf(1, 1));
    expect((await ask(gateway)).status).toBe(200);
  });

  it('is of one provider', async () => {
    const gateway = await composeWithBudgets(upstream.url, { SET_PROVIDER_RATE_LIMIT_OPENAI: 'rpm=1' });
    expect((await ask(gateway)).status).toBe(200);
    const refused = await ask(gateway);
    expect(refused.status).toBe(429);
    expect(await refused.text()).toContain('provider openai may have 1 requests a minute');
  });

  it('is of a model, whoever provides it', async () => {
    const gateway = await composeWithBudgets(upstream.url, {});
    const put = await fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/limits`, {
      method: 'PUT',
      body: JSON.stringify({ scope: 'model:GPT-test', rpm: 1 }),
    });
    expect(await put.json()).toEqual({ id: 'model:gpt-test' });
    // Within a second, without a restart.
    const status = async (): Promise<number> => (await ask(gateway)).status;
    await expect.poll(status, { timeout: 5_000 }).toBe(429);
    expect((await ask(gateway, {}, { model: 'gpt-other' })).status).toBe(200);
  });

  it('says how it stands on refusals as well', async () => {
    const gateway = await composeWithBudgets(upstream.url, {
      SET_RATE_LIMIT: 'rpm=5',
      SET_BUDGET: 'daily=0',
    });
    const refused = await ask(gateway);
    expect([refused.status, refused.headers.get('x-ratelimit-remaining-requests')]).toEqual([429, '4']);
    expect(refused.headers.get('x-should-retry')).toBe('false');
  });

  it('passes a saturated provider over where there is another', async () => {
    const other = await startUpstream(answerOf(1, 1, 'other'));
    const gateway = await composeWithBudgets(
      upstream.url,
      { SET_PROVIDER_RATE_LIMIT_OPENAI: 'rpm=1' },
      {
        configure: withProviders([providerAt(openaiSpec, other.url, { id: 'east' })], {
          aliases: new Map([['mine', { model: 'openai/gpt-test', fallbacks: ['east/gpt-test'] }]]),
        }),
      },
    );
    for (let count = 0; count < 3; count++) {
      expect((await ask(gateway, {}, { model: 'mine' })).status).toBe(200);
    }
    expect([upstream.requests.length, other.requests.length]).toEqual([1, 2]);
    const [, second] = await gateway.records();
    expect(second?.attempts).toMatchObject([
      { provider: 'openai', error: { code: 'rate_limit_exceeded' } },
      { provider: 'east' },
    ]);
    await other.close();
  });

  it.each([
    ['SET_RATE_LIMIT_TEAM', 'rpm=many', 'SET_RATE_LIMIT_TEAM: rpm is a whole number'],
    ['SET_RATE_LIMIT_TEAM', 'speed=9', 'SET_RATE_LIMIT_TEAM: "speed=9" is not understood'],
    ['SET_PROVIDER_RATE_LIMIT_NOBODY', 'rpm=1', 'there is no provider nobody'],
  ])('is refused at the start where it cannot be understood: %s=%s', async (name, value, message) => {
    await expect(composeWithBudgets(upstream.url, { [name]: value })).rejects.toMatchObject({
      code: 'invalid_config',
      message: expect.stringContaining(message),
    });
  });
});
