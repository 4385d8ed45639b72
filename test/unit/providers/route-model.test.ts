import { describe, expect, it } from 'vitest';
import { type ModelAlias, type Routing, routeModel } from '../../../src/providers/route-model.ts';

const LISTS: Readonly<Record<string, string>> = {
  'openai/gpt-5': 'openrouter',
  'claude-sonnet': 'anthropic',
  'fast-1': 'groq',
};
const aliases = new Map<string, ModelAlias>([
  ['fast', { model: 'groq/llama', effort: 'low', fallbacks: ['claude-sonnet', 'unknown'] }],
  ['faster', { model: 'fast', fallbacks: ['openrouter/x'] }],
  ['claude-sonnet', { model: 'claude-sonnet', effort: 'high', fallbacks: [] }],
  ['around', { model: 'round', fallbacks: [] }],
  ['round', { model: 'around', fallbacks: ['round'] }],
  ['team/fast', { model: 'fast-1', fallbacks: [] }],
]);
const routing: Routing = {
  providers: new Set(['anthropic', 'groq', 'openrouter']),
  aliases,
  defaultProvider: 'anthropic',
  listedBy: (model) => LISTS[model],
};
const route = (model: string | undefined, more: Partial<Routing> = {}) =>
  routeModel(model, { ...routing, ...more });

describe('routeModel', () => {
  it('follows a prefix that is a provider, and takes no other for one', () => {
    expect(route('groq/meta/llama')).toMatchObject({
      provider: 'groq',
      upstreamModel: 'meta/llama',
      why: 'prefix',
    });
    // OpenRouter's own name of a model: OpenAI is not configured here.
    expect(route('openai/gpt-5')).toMatchObject({
      provider: 'openrouter',
      upstreamModel: 'openai/gpt-5',
      why: 'listed',
    });
    const withOpenai = new Set([...routing.providers, 'openai']);
    expect(route('openai/gpt-5', { providers: withOpenai })).toMatchObject({
      provider: 'openai',
      upstreamModel: 'gpt-5',
      why: 'prefix',
    });
    expect(route('openrouter/openai/gpt-5', { providers: withOpenai })).toMatchObject({
      provider: 'openrouter',
      upstreamModel: 'openai/gpt-5',
    });
  });

  it.each(['groq/', '/llama', '/'])('takes %j for a name, not for a prefix', (model) => {
    expect(route(model)).toMatchObject({ provider: 'anthropic', upstreamModel: model, why: 'default' });
  });

  it('follows an alias, with its effort and where to go on', () => {
    expect(route('fast')).toEqual({
      provider: 'groq',
      upstreamModel: 'llama',
      why: 'alias',
      effort: 'low',
      fallbacks: [
        { provider: 'anthropic', upstreamModel: 'claude-sonnet' },
        { provider: 'anthropic', upstreamModel: 'unknown' },
      ],
    });
    expect(route('team/fast')).toMatchObject({ provider: 'groq', upstreamModel: 'fast-1', why: 'alias' });
  });

  it('lets an alias name another one, or the model of its own name, and ends a circle', () => {
    expect(route('faster')).toMatchObject({
      provider: 'groq',
      effort: 'low',
      fallbacks: [{}, {}, { provider: 'openrouter', upstreamModel: 'x' }],
    });
    expect(route('claude-sonnet')).toMatchObject({
      provider: 'anthropic',
      upstreamModel: 'claude-sonnet',
      why: 'alias',
      effort: 'high',
    });
    expect(route('around')).toMatchObject({ provider: 'anthropic', upstreamModel: 'around' });
  });

  it('keeps the targets of a name under another name for it', () => {
    const targets = [
      { model: 'groq/llama', weight: 3 },
      { model: 'anthropic/claude', weight: 1 },
    ];
    const balanced = new Map<string, ModelAlias>([
      ['smart', { model: 'groq/llama', fallbacks: [], targets, strategy: 'latency' }],
      ['best', { model: 'smart', fallbacks: ['openrouter/x'] }],
    ]);
    const best = route('best', { aliases: balanced });
    expect(best.balanced).toMatchObject({ alias: 'smart', strategy: 'latency', targets: [{}, {}] });
    expect(best.fallbacks).toEqual([{ provider: 'openrouter', upstreamModel: 'x' }]);
  });

  it('leaves an unknown model to the default provider, its name untouched', () => {
    expect(route('brand-new')).toEqual({
      provider: 'anthropic',
      upstreamModel: 'brand-new',
      why: 'default',
      fallbacks: [],
    });
    expect(route(undefined)).toEqual({
      provider: 'anthropic',
      upstreamModel: undefined,
      why: 'default',
      fallbacks: [],
    });
  });

  it('knows no names of its own language', () => {
    for (const model of ['constructor', '__proto__', 'toString']) {
      expect(route(model, { listedBy: () => undefined })).toMatchObject({
        why: 'default',
        upstreamModel: model,
      });
    }
  });
});
