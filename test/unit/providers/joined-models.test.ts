import { describe, expect, it } from 'vitest';
import { toServedModels } from '../../../src/codex/catalog/to-served-models.ts';
import { type JoinedModel, joinModels, toOpenAiList } from '../../../src/providers/joined-models.ts';
import { loadContextWindows } from '../../../src/providers/price-list.ts';
import type { ListedModel } from '../../../src/providers/provider-spec.ts';
import type { ModelAlias } from '../../../src/providers/route-model.ts';
import { configureProvider } from '../../support/providers/configure-provider.ts';

const LISTS: Readonly<Record<string, readonly ListedModel[]>> = {
  openai: [{ id: 'gpt-5' }, { id: 'both' }],
  groq: [{ id: 'own', contextWindow: 10 }, { id: 'both' }],
  openrouter: [{ id: 'openai/gpt-5', contextWindow: 400, inputModalities: ['text', 'image'] }],
};
const providers = [
  configureProvider('openai'),
  configureProvider('groq', { models: [{ id: 'own' }] }),
  configureProvider('openrouter'),
];
const aliases = new Map<string, ModelAlias>([
  ['fast', { model: 'groq/own', fallbacks: [] }],
  ['sure', { model: 'gpt-5', effort: 'high', fallbacks: [] }],
  ['both', { model: 'groq/both', fallbacks: [] }],
]);
const models = joinModels({
  providers,
  lists: { modelsOf: (provider) => LISTS[provider] ?? [] },
  routing: {
    providers: new Set(providers.map(({ id }) => id)),
    aliases,
    defaultProvider: 'openai',
    listedBy: (model) => providers.find(({ id }) => LISTS[id]?.some((listed) => listed.id === model))?.id,
  },
  findContextWindow: (_provider, model) => (model === 'gpt-5' ? 5 : undefined),
});
const find = (name: string): JoinedModel | undefined => models.find((model) => model.name === name);

describe('the joined list', () => {
  it('names each model by the shortest name that leads to it', () => {
    expect(models.map(({ name, provider, upstreamModel }) => [name, provider, upstreamModel])).toEqual([
      ['fast', 'groq', 'own'],
      ['sure', 'openai', 'gpt-5'],
      ['both', 'groq', 'both'],
      ['gpt-5', 'openai', 'gpt-5'],
      // The alias has its name.
      ['openai/both', 'openai', 'both'],
      ['own', 'groq', 'own'],
      ['groq/both', 'groq', 'both'],
      // `openai/gpt-5` leads to OpenAI.
      ['openrouter/openai/gpt-5', 'openrouter', 'openai/gpt-5'],
    ]);
  });

  it('knows what a model holds from whoever said it first', () => {
    expect(find('own')?.contextWindow).toBe(10);
    expect(find('fast')?.contextWindow).toBe(10);
    expect(find('gpt-5')?.contextWindow).toBe(5);
    expect(find('groq/both')?.contextWindow).toBeUndefined();
  });

  it("is told in OpenAI's form, with what is known beside it", () => {
    expect(toOpenAiList(models).data.at(-1)).toEqual({
      id: 'openrouter/openai/gpt-5',
      object: 'model',
      created: 0,
      owned_by: 'openrouter',
      context_window: 400,
      input_modalities: ['text', 'image'],
    });
  });

  it('adds to the catalog what Codex cannot know, and assumes little of what nobody knows', () => {
    expect(toServedModels(models)).toEqual([
      { id: 'fast', listed: true, contextWindow: 10, inputModalities: undefined, sameAs: undefined },
      { id: 'sure', listed: true, contextWindow: 5, inputModalities: undefined, sameAs: 'gpt-5' },
      { id: 'both', listed: true, contextWindow: 128_000, inputModalities: undefined, sameAs: undefined },
      { id: 'own', listed: true, contextWindow: 10, inputModalities: undefined, sameAs: undefined },
      {
        id: 'groq/both',
        listed: true,
        contextWindow: 128_000,
        inputModalities: undefined,
        sameAs: undefined,
      },
      {
        id: 'openrouter/openai/gpt-5',
        listed: true,
        contextWindow: 400,
        inputModalities: ['text', 'image'],
        sameAs: undefined,
      },
    ]);
  });

  it('leaves the catalog a size that Codex can take', () => {
    const template = find('openrouter/openai/gpt-5') as JoinedModel;
    const many = Array.from({ length: 500 }, (_, index) => ({ ...template, name: `m${index}` }));
    const last = { ...template, name: 'chosen', isConfigured: true };
    const served = toServedModels([...many, last]);
    expect(served.length).toBeLessThan(200);
    expect(served.filter(({ listed }) => listed).map(({ id }) => id)).toEqual(['chosen']);
  });

  it('leaves out what answers with something else than text', () => {
    const template = find('own') as JoinedModel;
    expect(toServedModels([{ ...template, upstreamModel: 'whisper-large-v3' }])).toEqual([]);
  });
});

it('the price list knows context windows of the providers that it knows, and guesses of no other', async () => {
  const find = await loadContextWindows();
  expect(find(configureProvider('anthropic'), 'claude-sonnet-4-5')).toBe(200_000);
  expect(find(configureProvider('xai'), 'grok-4')).toBe(256_000);
  expect(find(configureProvider('anthropic'), 'no-such-model')).toBeUndefined();
  expect(find(configureProvider('ollama'), 'gpt-5')).toBeUndefined();
});
