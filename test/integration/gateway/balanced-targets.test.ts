import { expect, it } from 'vitest';
import { compatibleSpec } from '../../../src/providers/specs/compatible.ts';
import { providerAt } from '../../support/gateway/add-providers.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const SSE = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;

it('leads a name to targets by weight, past one that dies and one that is saturated', async () => {
  const ids = ['east', 'west', 'north'] as const;
  const faults: Partial<Record<string, 'dead' | 'full'>> = {};
  const doubles = await Promise.all(
    ids.map((id) =>
      startUpstream(() => {
        if (faults[id] === 'dead') return { kind: 'reset' };
        if (faults[id] !== 'full') return SSE;
        return {
          kind: 'json',
          status: 429,
          headers: { 'retry-after': '60' },
          body: { error: { message: 'x' } },
        };
      }),
    ),
  );
  const gateway = await composeGateway('http://127.0.0.1:9/v1', {
    env: {
      VIRTUAL_MODELS: JSON.stringify([
        {
          source: 'smart',
          targets: [{ model: 'east/m', weight: 5 }, { model: 'west/m', weight: 3 }, 'north/m'],
        },
      ]),
    },
    configure: (config) => ({
      ...config,
      providers: ids.map((id, place) =>
        providerAt(compatibleSpec, doubles[place]?.url ?? '', { id, native: ['responses'] }),
      ),
      defaultProvider: 'east',
    }),
  });
  const ask = async (session: string): Promise<void> => {
    const response = await fetch(`${gateway.v1}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', 'session-id': session },
      body: JSON.stringify({ model: 'smart', input: 'x', stream: true }),
    });
    expect(response.status).toBe(200);
    await response.text();
  };
  const sessions = Array.from({ length: 60 }, (_, index) => `s${index}`);
  for (const session of sessions) await ask(session);
  faults.west = 'dead';
  faults.north = 'full';
  for (const session of sessions) await ask(session);

  const records = await gateway.records();
  expect(records).toHaveLength(120);
  const first = new Map(records.slice(0, 60).map((record) => [record.client?.sessionId, record]));
  expect(new Set([...first.values()].map(({ provider }) => provider))).toEqual(new Set(ids));
  for (const record of records) {
    expect(record).toMatchObject({ status: 200, requestedModel: 'smart', route: 'alias' });
    expect(record.balance).toMatchObject({ alias: 'smart', strategy: 'round_robin' });
  }
  expect(records.slice(0, 60).every(({ balance }) => balance?.reason === 'placed')).toBe(true);
  expect(records.slice(60).every(({ balance }) => balance?.reason === 'session')).toBe(true);
  for (const record of records.slice(60)) {
    expect(record.provider).toBe('east');
    const before = first.get(record.client?.sessionId)?.provider;
    if (before === 'east') continue;
    // Why it moved: it failed there just now, or had failed before.
    const failed = record.attempts?.some(({ provider, error }) => provider === before && error);
    const isPassedOver = record.balance?.passedOver.includes(`${before}/m`);
    expect([before, failed === true || isPassedOver === true]).toEqual([before, true]);
  }
  // Each was asked again once alone.
  const again = doubles.slice(1).map(({ requests }) => requests.length);
  const once = ids.slice(1).map((id) => [...first.values()].filter(({ provider }) => provider === id).length);
  expect(again).toEqual(once.map((count) => count + 1));
  await Promise.all(doubles.map(({ close }) => close()));
});

it('lists the names of the configuration alone where that is wanted', async () => {
  const upstream = await startUpstream(SSE);
  const gateway = await composeGateway(upstream.url, {
    env: {
      KEEP_ONLY_ALIASES_AT_MODELS_ENDPOINT: 'true',
      MODEL_LISTS: 'true',
      VIRTUAL_MODELS: '[{"source":"smart","target":"openai/gpt-test"}]',
    },
  });
  const list = (await (await fetch(`${gateway.v1}/models`)).json()) as { data: { id: string }[] };
  expect(list.data.map(({ id }) => id)).toEqual(['smart']);
  await upstream.close();
});

it('refuses a list of names that is not one, with its place', async () => {
  await expect(
    composeGateway('http://127.0.0.1:9/v1', { env: { VIRTUAL_MODELS: '[{"source":"x"}]' } }),
  ).rejects.toThrow(/VIRTUAL_MODELS.*target/);
});
