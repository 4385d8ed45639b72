import { expect, it } from 'vitest';
import type { Paged } from '../../../src/admin/api-types/entry.ts';
import type { AuditLogAnswer } from '../../../src/admin/api-types/log.ts';
import type {
  UsageBucket,
  UsageModel,
  UsageSession,
  UsageSummaryAnswer,
  UsageSums,
} from '../../../src/admin/api-types/usage.ts';
import type { Usage } from '../../../src/log/record.ts';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const COUNT = 1_000;
const MODELS = ['gpt-5.5', 'gpt-5.6-luna', 'a-model-without-a-price'];

const usageOf = (index: number): Usage => {
  const inputTokens = 1_000 + ((index * 7919) % 90_000);
  const cachedInputTokens = (index * 104_729) % inputTokens;
  const outputTokens = (index * 31) % 4_000;
  return {
    inputTokens,
    cachedInputTokens,
    outputTokens,
    reasoningTokens: outputTokens >> 1,
    totalTokens: inputTokens + outputTokens,
  };
};

const TOKENS = {
  input_tokens: 'inputTokens',
  cached_input_tokens: 'cachedInputTokens',
  output_tokens: 'outputTokens',
  reasoning_tokens: 'reasoningTokens',
  total_tokens: 'totalTokens',
} as const;

const add = (all: readonly UsageSums[], name: keyof typeof TOKENS): number =>
  all.reduce((sum, one) => sum + one[name], 0);

it('agrees with the log to the token: as a whole, by day, by model and by session', async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const wanted = { requests: COUNT, failed: 0 } as Record<string, number>;
  for (let index = 0; index < COUNT; index++) {
    const failed = index % 50 === 0;
    if (failed) wanted.failed = (wanted.failed ?? 0) + 1;
    recordExchange(gateway.recorder, {
      rawHeaders: ['session-id', `session-${index % 7}-0123456789`],
      record: {
        model: MODELS[index % MODELS.length] as string,
        provider: 'openai',
        stream: true,
        ...(failed
          ? { status: 500, error: { origin: 'upstream', code: 'server_error', message: 'no' } }
          : {}),
        usage: usageOf(index),
      },
    });
    for (const [name, field] of Object.entries(TOKENS)) {
      wanted[name] = (wanted[name] ?? 0) + (usageOf(index)[field] ?? 0);
    }
  }
  const { port } = gateway;
  const summary = await readAdmin<UsageSummaryAnswer>(port, 'usage/summary');
  const days = await readAdmin<UsageBucket[]>(port, 'usage/daily?days=2');
  const models = await readAdmin<Paged<UsageModel>>(port, 'usage/models');
  const sessions = await readAdmin<Paged<UsageSession>>(port, 'usage/sessions');
  expect(summary.requests).toBe(COUNT);
  expect(summary.failed_requests).toBe(wanted.failed);
  expect(summary.failures).toMatchObject([
    { origin: 'upstream', code: 'server_error', requests: wanted.failed },
  ]);
  expect([models.total, sessions.total]).toEqual([MODELS.length, 7]);
  for (const name of Object.keys(TOKENS) as (keyof typeof TOKENS)[]) {
    for (const sums of [[summary], days, models.entries, sessions.entries]) {
      expect(add(sums, name), name).toBe(wanted[name]);
    }
  }

  let total = 0;
  let cost = 0;
  for (let offset = 0; offset < COUNT; offset += 100) {
    const page = await readAdmin<AuditLogAnswer>(port, `audit/log?limit=100&offset=${offset}`);
    expect(page.total).toBe(COUNT);
    total += page.entries.reduce((sum, { usage }) => sum + (usage?.totalTokens ?? 0), 0);
    cost += page.entries.reduce((sum, { costUsd }) => sum + (costUsd ?? 0), 0);
  }
  expect(total).toBe(wanted.total_tokens);
  expect(summary.total_cost).toBeCloseTo(cost, 6);
  const unpriced = models.entries.find(({ model }) => model === 'a-model-without-a-price');
  expect(unpriced).toMatchObject({ total_cost: null, price: null, unpriced_requests: 333 });
}, 60_000);
