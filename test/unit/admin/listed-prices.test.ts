import { describe, expect, it } from 'vitest';
import { loadPriceList } from '../../../src/admin/cost/list-prices.ts';
import { parseListedPrices } from '../../../src/admin/cost/listed-prices.ts';
import { parseOwnPrices } from '../../../src/admin/cost/own-prices.ts';
import { costOf, createFindRates, sumOf } from '../../../src/admin/cost/price-book.ts';
import { serializeLists } from '../../../src/providers/lists/saved-lists.ts';
import { openrouterSpec } from '../../../src/providers/specs/openrouter.ts';

const startedAtMs = Date.parse('2026-11-30T12:00:00Z');
const entry = (id: string, pricing: unknown) => ({ id, pricing, context_length: 1000 });

/** What is saved of what OpenRouter lists. */
const listed = (...entries: readonly object[]) => {
  const models = openrouterSpec.modelList.read({ data: entries }) ?? [];
  const baseUrl = 'https://openrouter.ai/api/v1';
  return parseListedPrices(
    serializeLists([{ provider: 'openrouter', baseUrl, fetchedAtMs: startedAtMs, models }]),
  );
};
const of = (model: string, provider = 'openrouter', upstreamModel?: string) => ({
  model,
  upstreamModel,
  provider,
  serviceTier: undefined,
  startedAtMs,
});

describe('the prices that OpenRouter lists', () => {
  const find = listed(
    entry('new/model', {
      prompt: '0.0000003',
      completion: '0.0000025',
      request: '0',
      internal_reasoning: '0',
      input_cache_read: '0.00000003',
      input_cache_write: '0.000000375',
    }),
    entry('new/thinker', { prompt: '0.000001', completion: '0.000002', internal_reasoning: '0.000003' }),
    entry('new/gift:free', { prompt: '0', completion: '0' }),
    entry('openrouter/auto', { prompt: '-1', completion: '-1' }),
    entry('new/by-request', {
      prompt: '0.000001',
      completion: '0.000001',
      request: '0.005',
      web_search: '0.004',
    }),
    entry('new/odd', { prompt: 'much', completion: null }),
    entry('openai/gpt-5.5', { prompt: '0.9', completion: '0.9' }),
  );

  it('hold for its models, each kind of token at its own', () => {
    const rates = find(of('new/model'));
    expect(rates?.source).toBe("openrouter's own list (2026-11-30)");
    expect(rates?.ratesFor(0)).toEqual({
      input: 0.3,
      cachedInput: 0.03,
      cacheWrite: 0.375,
      cacheWrite1h: 0.375,
      output: 2.5,
    });
    const usage = { inputTokens: 1_000_000, cachedInputTokens: 500_000, outputTokens: 10_000 };
    expect(rates && sumOf(costOf(usage, rates))).toBeCloseTo(0.15 + 0.015 + 0.025, 12);
    expect(find(of('new/thinker'))?.ratesFor(0).reasoning).toBe(3);
    expect(find(of('fast', 'openrouter', 'new/model'))?.ratesFor(0).input).toBe(0.3);
  });

  it('may be nothing, which is a price', () => {
    expect(find(of('new/gift:free'))?.ratesFor(0)).toMatchObject({ input: 0, output: 0 });
  });

  it.each(['openrouter/auto', 'new/odd', 'unknown'])('say nothing of %s', (model) => {
    expect(find(of(model))).toBeUndefined();
  });

  it('may be for a request or a search', () => {
    const rates = find(of('new/by-request'));
    const cost = rates && costOf({ inputTokens: 1_000, webSearches: 2 }, rates);
    expect(cost && sumOf(cost)).toBeCloseTo(0.001 + 0.005 + 0.008, 12);
  });

  it('hold for no other provider', () => {
    expect(find(of('new/model', 'openai'))).toBeUndefined();
  });

  it('stand behind the list that comes with the gateway, and that behind the user’s own', async () => {
    const list = await loadPriceList([]);
    const own = parseOwnPrices('{"new/thinker":{"input":7,"output":7}}');
    const all = createFindRates(() => own, list, find);
    expect(all(of('new/model'))?.ratesFor(0).input).toBe(0.3);
    expect(all(of('new/thinker'))?.ratesFor(0).input).toBe(7);
    const known = list(of('openai/gpt-5.5'));
    expect(known).toBeDefined();
    expect(all(of('openai/gpt-5.5'))?.source).toBe(known?.source);
  });

  it.each(['', 'no JSON', '{"version":1}', '{"version":1,"lists":[{}]}'])('may be missing: %j', (text) => {
    expect(parseListedPrices(text)(of('new/model'))).toBeUndefined();
  });
});
