import { describe, expect, it, onTestFinished } from 'vitest';
import type { AuditDetailAnswer } from '../../../src/admin/api-types/detail.ts';
import type { UsageBucket, UsageSummaryAnswer } from '../../../src/admin/api-types/usage.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { ask } from '../../support/guard/budget-gateway.ts';
import { type Billed, billedStream } from '../../support/upstream/billed-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const USAGE = { inputTokens: 12_345, cachedTokens: 11_008, outputTokens: 678, reasoningTokens: 64 };

interface Sum {
  readonly name: string;
  readonly billed: Billed;
  readonly usd: number;
}

const SUMS: readonly Sum[] = [
  {
    name: 'two searches and a page that was opened',
    billed: { model: 'gpt-5.5', usage: USAGE, actions: ['search', 'open_page', 'search', 'find_in_page'] },
    // 1,337 tokens at $5, 11,008 at $0.50 and 678 at $30 a million, and 2 at $10 a thousand.
    usd: 0.006685 + 0.005504 + 0.02034 + 0.02,
  },
  {
    name: 'the flex tier',
    billed: { model: 'gpt-5.5', usage: USAGE, response: { service_tier: 'flex' } },
    usd: (0.006685 + 0.005504 + 0.02034) / 2,
  },
  {
    name: 'the fast tier and a search, which costs the same in each',
    billed: { model: 'gpt-5.5', usage: USAGE, actions: ['search'], response: { service_tier: 'priority' } },
    usd: 2.5 * (0.006685 + 0.005504 + 0.02034) + 0.01,
  },
  {
    name: 'a tier that was asked for and not given',
    billed: { model: 'gpt-5.5', usage: USAGE, response: { service_tier: 'default' } },
    usd: 0.006685 + 0.005504 + 0.02034,
  },
];

type Way = (billed: Billed) => Promise<{ readonly url: string; readonly ask: (v1: string) => Promise<void> }>;

const overHttp =
  (stream: boolean): Way =>
  async (billed) => {
    const events = billedStream(billed);
    const upstream = await startUpstream(
      stream ? { kind: 'sse', events } : { kind: 'json', body: events.at(-1)?.response as object },
    );
    onTestFinished(() => upstream.close());
    return {
      url: upstream.url,
      ask: async (v1) => {
        await (await ask({ v1 }, {}, { model: 'gpt-5.5', stream, service_tier: 'priority' })).text();
      },
    };
  };

const overWebSocket =
  (relayed: boolean): Way =>
  async (billed) => {
    const events = billedStream(billed);
    const upstream = relayed
      ? await startWebSocketUpstream(() => ({ kind: 'events', events }))
      : await startUpstream({ kind: 'sse', events });
    onTestFinished(() => upstream.close());
    return {
      url: upstream.url,
      ask: async (v1) => {
        const client = await connectClient(v1, { headers: CODEX_HEADERS });
        client.send({ type: 'response.create', model: 'gpt-5.5', input: [] });
        await client.answer();
      },
    };
  };

describe.each<[string, Way]>([
  ['a stream', overHttp(true)],
  ['one object', overHttp(false)],
  ['a relayed WebSocket', overWebSocket(true)],
  ['a bridged WebSocket', overWebSocket(false)],
])('over %s', (_, way) => {
  it.each(SUMS)('the budget, the page and the sums say the same of $name', async ({ billed, usd }) => {
    const { url, ask: askOver } = await way(billed);
    const gateway = await composeGateway(url, { env: { SET_BUDGET: 'daily=100' } });
    await askOver(gateway.v1);
    const [record] = await gateway.records();
    const { port } = gateway;
    const detail = await readAdmin<AuditDetailAnswer>(port, `audit/log/${record?.id}`);
    const { entry, cost } = detail;
    expect(entry.costUsd).toBeCloseTo(usd, 12);
    const lines = cost && [
      cost.input,
      cost.cachedInput,
      cost.cacheWrite,
      cost.output,
      ...cost.fees.map((fee) => fee.cost ?? 0),
    ];
    expect(lines?.reduce((sum, line) => sum + line, 0)).toBeCloseTo(usd, 12);
    const summary = await readAdmin<UsageSummaryAnswer>(port, 'usage/summary');
    const days = await readAdmin<UsageBucket[]>(port, 'usage/daily?days=1');
    const searches = record?.usage?.webSearches ?? 0;
    expect(summary).toMatchObject({
      total_cost: entry.costUsd,
      web_searches: searches,
      unpriced_searches: 0,
    });
    expect(days.at(-1)).toMatchObject({ total_cost: entry.costUsd, web_searches: searches });
    const { budgets } = await readAdmin<{ budgets: { spent: number; reserved: number }[] }>(port, 'budgets');
    expect(budgets).toMatchObject([{ spent: Number(usd.toFixed(9)), reserved: 0 }]);
  });
});

it('says of a picture that an answer made that its price is not known', async () => {
  const [created, ...rest] = billedStream({ model: 'gpt-5.5', usage: USAGE });
  const item = { id: 'ig_1', type: 'image_generation_call', status: 'completed', result: 'AAAA' };
  const events = rest.map((event) =>
    event.type === 'response.completed' ? { ...event, sequence_number: 99 } : event,
  );
  const done = { type: 'response.output_item.done', output_index: 7, sequence_number: 98, item };
  const upstream = await startUpstream({
    kind: 'sse',
    events: [created, ...events.slice(0, -1), done, ...events.slice(-1)].flatMap((event) => event ?? []),
  });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, {});
  await (await ask({ v1: gateway.v1 }, {}, { model: 'gpt-5.5' })).text();
  expect((await gateway.records())[0]?.warnings).toEqual([
    {
      code: 'unknown_cost',
      message: 'openai charges apart for image_generation and does not say how much: the cost is without it.',
    },
  ]);
});
