import { readFileSync } from 'node:fs';
import { calcPrice } from '@pydantic/genai-prices';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { loadPriceList, PRICE_LIST, type PricedUpstream } from '../../../src/admin/cost/list-prices.ts';
import { parseOwnPrices } from '../../../src/admin/cost/own-prices.ts';
import {
  costOf,
  createBill,
  createFindRates,
  sumOf,
  unpricedOf,
} from '../../../src/admin/cost/price-book.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import { readRecording } from '../../support/streams/recordings.ts';

const upstream = (
  name: string,
  address: string,
  { native = ['responses'], credential }: Partial<PricedUpstream> = {},
): PricedUpstream => ({ name, baseUrl: new URL(address), native, credential });
const OPENAI = [upstream('openai', 'https://api.openai.com/v1')];
const startedAtMs = Date.parse('2026-11-22T12:00:00Z');
const of = (model: string, provider = 'openai', upstreamModel?: string, serviceTier?: string) => ({
  model,
  upstreamModel,
  provider,
  serviceTier,
  startedAtMs,
});

it('comes to the price of the list’s own calculation, cached tokens and tiers included', async () => {
  const find = await loadPriceList(OPENAI);
  const models = ['gpt-5.5', 'gpt-5.6-luna', 'gpt-6-astra', 'gpt-5.1-codex', 'o3'];
  fc.assert(
    fc.property(
      fc.constantFrom(...models),
      fc.nat(600_000),
      fc.nat(100),
      fc.nat(50_000),
      (model, inputTokens, cachedPercent, outputTokens) => {
        const cachedInputTokens = Math.floor((inputTokens * cachedPercent) / 100);
        const rates = find(of(model));
        const wanted = calcPrice(
          { input_tokens: inputTokens, cache_read_tokens: cachedInputTokens, output_tokens: outputTokens },
          model,
          { providerId: 'openai', timestamp: new Date(startedAtMs) },
        );
        expect(rates).toBeDefined();
        const cost = rates && costOf({ inputTokens, cachedInputTokens, outputTokens }, rates);
        expect(cost && sumOf(cost)).toBeCloseTo(wanted?.total_price ?? Number.NaN, 9);
      },
    ),
    { numRuns: 100 },
  );
});

it('counts what is written to a cache at its own rates, for five minutes and for an hour', async () => {
  const find = await loadPriceList([upstream('anthropic', 'https://api.anthropic.com')]);
  fc.assert(
    fc.property(
      fc.constantFrom('claude-sonnet-4-5', 'claude-opus-4-5', 'claude-haiku-4-5'),
      fc.nat(190_000),
      fc.nat(190_000),
      fc.nat(190_000),
      fc.nat(190_000),
      (model, plain, read, written5m, written1h) => {
        const inputTokens = plain + read + written5m + written1h;
        const rates = find(of(model, 'anthropic'));
        const wanted = calcPrice(
          {
            input_tokens: inputTokens,
            cache_read_tokens: read,
            cache_write_tokens: written5m + written1h,
            cache_write_1h_tokens: written1h,
            output_tokens: 7,
          },
          model,
          { providerId: 'anthropic', timestamp: new Date(startedAtMs) },
        );
        const usage = {
          inputTokens,
          cachedInputTokens: read,
          cacheWriteTokens: written5m + written1h,
          cacheWrite1hTokens: written1h,
          outputTokens: 7,
        };
        const cost = rates && costOf(usage, rates);
        expect(cost && sumOf(cost)).toBeCloseTo(wanted?.total_price ?? Number.NaN, 9);
      },
    ),
    { numRuns: 100 },
  );
});

it('counts sound at its own rates, read from a cache or not', async () => {
  const find = await loadPriceList(OPENAI);
  fc.assert(
    fc.property(
      fc.constantFrom('gpt-realtime', 'gpt-audio', 'gpt-5.5'),
      fc.tuple(fc.nat(9_000), fc.nat(9_000), fc.nat(9_000), fc.nat(9_000), fc.nat(9_000), fc.nat(9_000)),
      (model, [text, audio, cachedText, cachedAudioTokens, outputText, outputAudioTokens]) => {
        const inputTokens = text + audio + cachedText + cachedAudioTokens;
        const cachedInputTokens = cachedText + cachedAudioTokens;
        const inputAudioTokens = audio + cachedAudioTokens;
        const outputTokens = outputText + outputAudioTokens;
        const rates = find(of(model));
        const wanted = calcPrice(
          {
            input_tokens: inputTokens,
            cache_read_tokens: cachedInputTokens,
            input_audio_tokens: inputAudioTokens,
            cache_audio_read_tokens: cachedAudioTokens,
            output_tokens: outputTokens,
            output_audio_tokens: outputAudioTokens,
          },
          model,
          { providerId: 'openai', timestamp: new Date(startedAtMs) },
        );
        const counts = { inputTokens, cachedInputTokens, inputAudioTokens, cachedAudioTokens };
        const cost = rates && costOf({ ...counts, outputTokens, outputAudioTokens }, rates);
        expect(cost && sumOf(cost)).toBeCloseTo(wanted?.total_price ?? Number.NaN, 9);
      },
    ),
    { numRuns: 100 },
  );
});

it('charges for searches and for each request what the list’s own calculation does', async () => {
  const find = await loadPriceList([
    ...OPENAI,
    upstream('anthropic', 'https://api.anthropic.com'),
    upstream('perplexity', 'https://api.perplexity.ai'),
  ]);
  fc.assert(
    fc.property(
      fc.constantFrom(
        ['openai', 'gpt-5.5'],
        ['openai', 'gpt-6-sol'],
        ['openai', 'gpt-4.1'],
        ['anthropic', 'claude-opus-5'],
        ['perplexity', 'sonar'],
        ['perplexity', 'sonar-deep-research'],
      ),
      fc.tuple(fc.nat(600_000), fc.nat(90_000), fc.nat(40), fc.nat(9), fc.nat(9_000), fc.nat(9_000)),
      ([provider, model], [inputTokens, text, webSearches, fileSearches, reasoning, citations]) => {
        const isResearch = model === 'sonar-deep-research';
        const [reasoningTokens, citationTokens] = isResearch ? [reasoning, citations] : [0, 0];
        const outputTokens = text + reasoningTokens + citationTokens;
        const wanted = calcPrice(
          {
            input_tokens: inputTokens,
            output_tokens: outputTokens,
            ...(isResearch && {
              output_reasoning_tokens: reasoningTokens,
              output_citation_tokens: citationTokens,
            }),
            ...(model !== 'sonar' && { web_searches: webSearches }),
            ...(provider === 'openai' && { storage_searches: fileSearches }),
          },
          model,
          { providerId: provider, timestamp: new Date(startedAtMs) },
        );
        const rates = find(of(model, provider));
        const usage = {
          ...{ inputTokens, outputTokens, reasoningTokens, citationTokens },
          ...(model !== 'sonar' && { webSearches }),
          ...(provider === 'openai' && { fileSearches }),
        };
        const cost = rates && costOf(usage, rates);
        expect(cost && sumOf(cost)).toBeCloseTo(wanted?.total_price ?? Number.NaN, 12);
      },
    ),
    { numRuns: 200 },
  );
});

it.each([
  ['openai', 'gpt-4.1', { webSearches: 2 }, 0.02],
  ['openai', 'gpt-4.1', { webSearches: 2, previewWebSearches: 2 }, 0.05],
  ['openai', 'gpt-5.5', { webSearches: 2, previewWebSearches: 2 }, 0.02],
  ['openai', 'gpt-4o-search-preview', { webSearches: 1 }, 0.025],
  ['openai', 'gpt-5.3-codex', { webSearches: 3 }, 0.03],
  ['gemini', 'gemini-3-pro-preview', { webSearches: 3 }, 0.042],
  ['gemini', 'gemini-2.5-flash', { webSearches: 1 }, 0.035],
  ['xai', 'grok-4.5', { webSearches: 3 }, 0.015],
] as const)('charges what %s publishes for searches by %s', async (provider, model, usage, usd) => {
  const bill = createBill(await loadPriceList([]));
  const { cost } = bill(of(model, provider), usage);
  expect(cost && sumOf(cost)).toBeCloseTo(usd, 12);
  expect(cost && unpricedOf(cost)).toEqual([]);
});

describe('a service tier', () => {
  const usage = {
    inputTokens: 300_000,
    cachedInputTokens: 200_000,
    cacheWriteTokens: 50_000,
    outputTokens: 1_000,
    reasoningTokens: 500,
    webSearches: 3,
  };
  const billFor = async (
    provider: string,
    model: string,
    tier: string | undefined,
    inputTokens = 300_000,
  ) => {
    const counts = { ...usage, inputTokens, cachedInputTokens: Math.min(200_000, inputTokens >> 1) };
    return createBill(await loadPriceList([]))(of(model, provider, undefined, tier), counts).cost;
  };

  it.each([
    ['openai', 'gpt-5.5', 'flex', 0.5],
    ['openai', 'gpt-5.5', 'batch', 0.5],
    ['openai', 'gpt-5.5', 'priority', 2.5],
    ['openai', 'gpt-6-sol', 'fast', 2],
    ['openai', 'gpt-6-astra', 'ultrafast', 6],
    ['openai', 'gpt-5-mini', 'priority', 1.8],
    ['openai', 'gpt-4.1', 'priority', 1.75],
    ['anthropic', 'claude-opus-4-6', 'fast', 6],
    ['anthropic', 'claude-opus-5-5', 'fast', 2],
    ['anthropic', 'claude-sonnet-5', 'batch', 0.5],
    ['gemini', 'gemini-3-pro-preview', 'flex', 0.5],
    ['groq', 'llama-3.3-70b-versatile', 'flex', 1],
  ] as const)('%s, %s, %s: %s times the tokens, long inputs and the cache included', async (...given) => {
    const [provider, model, tier, factor] = given;
    for (const inputTokens of [100_000, 300_000]) {
      const [standard, tiered] = await Promise.all([
        billFor(provider, model, undefined, inputTokens),
        billFor(provider, model, tier, inputTokens),
      ]);
      if (!standard || !tiered) throw new Error('the list has no such model');
      for (const kind of ['input', 'cachedInput', 'cacheWrite', 'output'] as const) {
        expect(tiered[kind], kind).toBeCloseTo(standard[kind] * factor, 12);
      }
      expect(tiered.fees).toEqual(standard.fees);
      expect(tiered.tier).toEqual({ name: tier, priced: true });
    }
  });

  it.each([
    // What OpenAI publishes: USD for a million tokens of input, from the cache and of output.
    ['gpt-5.5', 12.5, 1.25, 75],
    ['gpt-5.4', 5, 0.5, 30],
    ['gpt-5.4-mini', 1.5, 0.15, 9],
    ['gpt-5.6-sol', 8, 0.8, 40],
    ['gpt-5-mini', 0.45, 0.045, 3.6],
    ['gpt-4.1', 3.5, 0.875, 14],
    ['gpt-4o', 4.25, 2.125, 17],
    ['gpt-4o-mini', 0.25, 0.125, 1],
    ['o3', 3.5, 0.875, 14],
    ['o4-mini', 2, 0.5, 8],
  ])('has the published prices of the fast mode: %s', async (model, input, cachedInput, output) => {
    const rates = (await loadPriceList([]))(of(model, 'openai', undefined, 'fast'))?.ratesFor(1_000);
    expect(rates).toMatchObject({ input, cachedInput, output });
  });

  it('has the published prices of the fast mode for long inputs', async () => {
    const rates = (await loadPriceList([]))(of('gpt-5.6-sol', 'openai', undefined, 'fast'))?.ratesFor(
      300_000,
    );
    expect(rates).toMatchObject({ input: 16, cachedInput: 1.6, output: 60 });
  });

  it.each([
    ['anthropic', 'claude-opus-5', 'priority'],
    ['openai', 'gpt-5.5', 'scale'],
    ['openai', 'gpt-5.5-pro', 'priority'],
    ['gemini', 'gemini-3-pro-preview', 'priority'],
    ['mistral', 'mistral-large-latest', 'flex'],
  ])(
    'without published prices is priced as standard, and says so: %s, %s, %s',
    async (provider, model, tier) => {
      const [standard, tiered] = await Promise.all([
        billFor(provider, model, undefined),
        billFor(provider, model, tier),
      ]);
      expect(tiered).toEqual({ ...standard, tier: { name: tier, priced: false } });
    },
  );

  it('has the user’s own prices where they name it, with the cache and long inputs of its own', async () => {
    const own = parseOwnPrices(
      JSON.stringify({
        'gpt-5.5': {
          input: 4,
          cached_input: 1,
          output: 20,
          tiers: { flex: { input: 2, output: 10, above: [{ input_tokens: 1000, input: 3 }] } },
        },
      }),
    );
    const find = createFindRates(() => own, await loadPriceList(OPENAI));
    const inTier = (tier: string | undefined) => find(of('gpt-5.5', 'openai', undefined, tier));
    expect(inTier('flex')?.ratesFor(1000)).toMatchObject({ input: 2, cachedInput: 1, output: 10 });
    expect(inTier('flex')?.ratesFor(1001)).toMatchObject({ input: 3, output: 10 });
    expect(inTier('priority')?.ratesFor(0)).toMatchObject({ input: 4, output: 20 });
    expect(inTier('flex')?.tier).toEqual({ name: 'flex', isPriced: true });
    expect(inTier('priority')?.tier).toEqual({ name: 'priority', isPriced: false });
    expect(inTier(undefined)?.tier).toBeUndefined();
  });
});

it('says which searches have no price, and does not take them for free', async () => {
  const usage = { inputTokens: 1_000_000, webSearches: 2 };
  const { cost } = createBill(await loadPriceList([]))(of('mistral-large-latest', 'mistral'), usage);
  expect(cost?.fees).toEqual([{ kind: 'webSearch', count: 2, per: 1_000 }]);
  expect(cost && unpricedOf(cost)).toEqual(['webSearch']);
});

it('lets the user’s own prices of searches win, and takes from the list what they do not name', async () => {
  const own = parseOwnPrices(
    JSON.stringify({
      'gpt-5.5': { input: 1, output: 1 },
      'gpt-5.4': { input: 1, output: 1, web_search: 4, request: 100 },
    }),
  );
  const bill = createBill(createFindRates(() => own, await loadPriceList(OPENAI)));
  const usage = { webSearches: 1, fileSearches: 1 };
  const sumFor = (model: string) => {
    const { cost } = bill(of(model), usage);
    return cost && sumOf(cost);
  };
  expect(sumFor('gpt-5.5')).toBeCloseTo(0.0125, 12);
  expect(sumFor('gpt-5.4')).toBeCloseTo(0.1065, 12);
});

it('charges the fee of a request for each of several', async () => {
  const bill = createBill(await loadPriceList([]));
  const { cost } = bill(of('sonar', 'perplexity'), { inputTokens: 0 }, { requests: 3, inputOfOne: 0 });
  expect(cost && sumOf(cost)).toBeCloseTo(0.036, 12);
});

it('counts pictures at their own rates, read from a cache or not', async () => {
  const find = await loadPriceList([]);
  fc.assert(
    fc.property(
      fc.constantFrom(
        ['openai', 'openai', 'gpt-image-1'],
        ['openai', 'openai', 'gpt-image-1.5'],
        ['openai', 'openai', 'gpt-realtime'],
        ['gemini', 'google', 'gemini-2.5-flash-image'],
        ['gemini', 'google', 'gemini-3-pro-image-preview'],
      ),
      fc.tuple(fc.nat(9_000), fc.nat(9_000), fc.nat(9_000), fc.nat(9_000), fc.nat(9_000), fc.nat(9_000)),
      (
        [provider, providerId, model],
        [text, image, cachedText, cachedImageTokens, outputText, outputImageTokens],
      ) => {
        const inputTokens = text + image + cachedText + cachedImageTokens;
        const cachedInputTokens = cachedText + cachedImageTokens;
        const inputImageTokens = image + cachedImageTokens;
        const outputTokens = outputText + outputImageTokens;
        const wanted = calcPrice(
          {
            input_tokens: inputTokens,
            cache_read_tokens: cachedInputTokens,
            input_image_tokens: inputImageTokens,
            cache_image_read_tokens: cachedImageTokens,
            output_tokens: outputTokens,
            output_image_tokens: outputImageTokens,
          },
          model,
          { providerId, timestamp: new Date(startedAtMs) },
        );
        const rates = find(of(model, provider));
        const counts = { inputTokens, cachedInputTokens, inputImageTokens, cachedImageTokens };
        const cost = rates && costOf({ ...counts, outputTokens, outputImageTokens }, rates);
        expect(cost && sumOf(cost)).toBeCloseTo(wanted?.total_price ?? Number.NaN, 9);
      },
    ),
    { numRuns: 200 },
  );
});

it.each([
  ['openai', 'openai', 'whisper-1'],
  ['openai', 'openai', 'gpt-transcribe'],
  ['groq', 'groq', 'whisper-large-v3-turbo'],
])('charges for sound by its length what the list’s own calculation does: %s, %s, %s', async (...given) => {
  const [provider, providerId, model] = given;
  const { cost } = createBill(await loadPriceList([]))(of(model, provider), { audioMs: 83_000 });
  const wanted = calcPrice({ audio_seconds: 83, input_audio_seconds: 83 }, model, { providerId });
  expect(wanted?.total_price).toBeGreaterThan(0);
  expect(cost && sumOf(cost)).toBeCloseTo(wanted?.total_price ?? Number.NaN, 12);
});

it('bills 100,000 tokens that Sonnet 4.5 writes to its cache at $0.375', async () => {
  const find = await loadPriceList([upstream('anthropic', 'https://api.anthropic.com')]);
  const usage = { inputTokens: 100_000, cachedInputTokens: 0, cacheWriteTokens: 100_000, outputTokens: 0 };
  const bill = createBill(find)(of('claude-sonnet-4-5', 'anthropic'), usage);
  expect(bill.cost).toMatchObject({ input: 0, cacheWrite: 0.375 });
});

it.each([
  ['gomodel/xai/chat_completion.json', 'chat'],
  ['gomodel/xai/chat_with_params.json', 'chat'],
  ['gomodel/xai/responses.json', 'responses'],
  ['ai-sdk/openai-chat/xai-tool-call.json', 'chat'],
] as const)('comes to what the provider itself states: %s', async (name, api) => {
  const find = await loadPriceList([upstream('xai', 'https://api.x.ai/v1')]);
  const { usage, statedCostUsd, model } = summarizeJsonAnswer(readRecording(name), api);
  const cost = createBill(find)(of(model ?? '', 'xai'), usage).cost;
  expect(cost && sumOf(cost)).toBeCloseTo(statedCostUsd ?? Number.NaN, 9);
});

it('has no price for a model that no list knows, which is not a price of nothing', async () => {
  const find = await loadPriceList(OPENAI);
  expect(find(of('my-own-model'))).toBeUndefined();
  expect(createBill(find)(of('my-own-model'), { inputTokens: 10 })).toEqual({
    kind: 'metered',
    cost: undefined,
  });
});

it('lets the user’s own prices win, by pattern and by length of the input', async () => {
  const own = parseOwnPrices(
    JSON.stringify({
      'gpt-5.5': {
        input: 4,
        output: 20,
        reasoning: 30,
        above: [{ input_tokens: 1000, input: 8, output: 40 }],
      },
      'local-*': { input: 0, output: 0 },
      broken: { input: 'free' },
    }),
  );
  const find = createFindRates(() => own, await loadPriceList(OPENAI));
  const bill = createBill(find);
  const usage = { inputTokens: 1000, cachedInputTokens: 500, outputTokens: 100, reasoningTokens: 50 };
  expect(bill(of('gpt-5.5'), usage).cost).toMatchObject({ input: 0.002, cachedInput: 0.002, output: 0.0025 });
  expect(bill(of('gpt-5.5'), { inputTokens: 1001 }).cost?.rates.input).toBe(8);
  expect(bill(of('local-llama'), usage).cost).toMatchObject({
    input: 0,
    output: 0,
    source: 'your prices.json',
  });
  expect(bill(of('o3'), usage).cost?.source).toBe(PRICE_LIST);
  expect(own.problems).toHaveLength(1);
});

it('labels what a ChatGPT plan covers, and bills the demo for nothing', async () => {
  const bill = createBill(await loadPriceList(OPENAI));
  expect(bill(of('gpt-5.5', 'chatgpt'), { inputTokens: 1 }).kind).toBe('subscription');
  expect(bill(of('gpt-5.5', 'demo'), { inputTokens: 1 })).toEqual({ kind: undefined, cost: undefined });
});

it('names the price list by the version that is installed', () => {
  const manifest: { version: string } = JSON.parse(
    readFileSync('node_modules/@pydantic/genai-prices/package.json', 'utf8'),
  );
  expect(PRICE_LIST).toContain(` ${manifest.version} `);
});

it('takes the prices of the provider that answered, by its own name of the model', async () => {
  const find = await loadPriceList([
    ...OPENAI,
    upstream('claude', 'https://api.anthropic.com/v1', { native: ['messages'] }),
    upstream('proxy', 'https://llm.example/v1'),
    upstream('local', 'http://localhost:11434/v1', { credential: { kind: 'none' } }),
    upstream('other', 'https://other.example/v1', { native: ['chat'] }),
  ]);
  const inputOf = (...asked: Parameters<typeof of>): number | undefined =>
    find(of(...asked))?.ratesFor(0).input;
  const listed = calcPrice({ input_tokens: 1000 }, 'claude-sonnet-4-5', { providerId: 'anthropic' });
  const wanted = (listed?.input_price ?? Number.NaN) * 1000;
  expect(inputOf('best', 'claude', 'claude-sonnet-4-5')).toBeCloseTo(wanted, 9);
  expect(inputOf('claude-sonnet-4-5', 'openai'), 'OpenAI has none of that name').toBeUndefined();
  expect(inputOf('gpt-5.5', 'proxy')).toBe(inputOf('gpt-5.5'));
  expect(inputOf('gpt-5.5', 'local'), 'a model of this machine').toBeUndefined();
  expect(inputOf('gpt-5.5', 'other')).toBeUndefined();
  expect(inputOf('claude-sonnet-4-5', 'anthropic'), 'no longer configured').toBeCloseTo(wanted, 9);
});
