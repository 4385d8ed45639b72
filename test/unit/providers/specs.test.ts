import { describe, expect, it } from 'vitest';
import { ALL_SPECS } from '../../../src/providers/all-specs.ts';
import { createUpstream } from '../../../src/providers/upstream.ts';
import { configureProvider } from '../../support/providers/configure-provider.ts';

const specOf = (id: string) => {
  const spec = ALL_SPECS.find((candidate) => candidate.id === id);
  if (!spec) throw new Error(`there is no ${id}`);
  return spec;
};
const read = (id: string, answer: unknown) => specOf(id).modelList.read(answer);

describe('the specs', () => {
  it('have names of their own', () => {
    const ids = ALL_SPECS.map(({ id }) => id);
    expect(new Set(ids).size).toBe(ids.length);
    // A suffix of one must not be taken for another.
    for (const { prefix } of ALL_SPECS) {
      expect(ALL_SPECS.filter((other) => other.prefix.startsWith(`${prefix}_`))).toEqual([]);
    }
  });

  it.each(ALL_SPECS.map((spec) => [spec.id, spec] as const))('%s is complete', (_id, spec) => {
    if (spec.baseUrl !== undefined) {
      expect(new URL(spec.baseUrl).protocol).toBe(spec.keyless ? 'http:' : 'https:');
      expect(spec.baseUrl).not.toMatch(/\/$/);
    }
    expect(spec.credential.header).toBe(spec.credential.header.toLowerCase());
    for (const nothing of [undefined, null, [], 'x', {}, { error: { message: 'no' } }]) {
      expect(spec.modelList.read(nothing)).toBeUndefined();
    }
    for (const quirk of spec.quirks) expect(quirk).toMatch(/\.$/);
  });

  it('send the key in the header that the provider reads, and none where there is none', () => {
    expect(createUpstream(configureProvider('azure')).credential).toEqual({
      kind: 'own',
      header: 'api-key',
      value: 'k',
    });
    expect(createUpstream(configureProvider('gemini')).credential).toMatchObject({
      header: 'x-goog-api-key',
    });
    expect(createUpstream(configureProvider('anthropic')).credential).toMatchObject({ header: 'x-api-key' });
    expect(createUpstream(configureProvider('groq')).credential).toMatchObject({ value: 'Bearer k' });
    expect(createUpstream(configureProvider('ollama', { apiKey: undefined })).credential).toEqual({
      kind: 'none',
    });
    expect(createUpstream(configureProvider('groq', { apiKey: undefined })).credential).toBeUndefined();
  });

  it('let the configuration say what is native', () => {
    expect(createUpstream(configureProvider('vllm')).native).not.toContain('responses');
    expect(createUpstream(configureProvider('vllm', { native: ['responses'] })).native).toEqual([
      'responses',
    ]);
  });
});

describe('the paths of Azure', () => {
  const path = (apiVersion: string | undefined, asked: string, model?: string) =>
    createUpstream(configureProvider('azure', { apiVersion })).toPath?.(asked, model);

  it('are those of the undated API without a version', () => {
    expect(path(undefined, '/responses', 'gpt')).toBe('/v1/responses');
    expect(path(undefined, '/chat/completions?x=1', 'gpt')).toBe('/v1/chat/completions?x=1');
  });

  it('name the deployment and the version with one', () => {
    expect(path('2024-10-21', '/chat/completions', 'my gpt')).toBe(
      '/deployments/my%20gpt/chat/completions?api-version=2024-10-21',
    );
    expect(path('2024-10-21', '/responses', 'gpt')).toBe('/responses?api-version=2024-10-21');
    expect(path('2024-10-21', '/responses/x?a=b')).toBe('/responses/x?a=b&api-version=2024-10-21');
  });
});

it("DeepSeek's Messages API lies beside its chat", () => {
  const upstream = createUpstream(configureProvider('deepseek'));
  expect(upstream.toPath?.('/messages', 'm')).toBe('/anthropic/v1/messages');
  expect(upstream.toPath?.('/chat/completions', 'm')).toBe('/chat/completions');
});

describe('lists of models', () => {
  it.each([
    [
      'moonshot',
      { data: [{ id: 'k', context_length: 9, supports_image_in: true }] },
      { contextWindow: 9, inputModalities: ['text', 'image'] },
    ],
    [
      'fireworks',
      {
        data: [
          { id: 'k', supports_image_input: false },
          { id: 'e', supports_chat: false },
        ],
      },
      { inputModalities: ['text'] },
    ],
    [
      'together',
      [
        { id: 'k', type: 'chat', context_length: 9 },
        { id: 'e', type: 'embedding' },
      ],
      { contextWindow: 9 },
    ],
    ['llamacpp', { data: [{ id: 'k', meta: { n_ctx: 9 } }] }, { contextWindow: 9 }],
    ['sglang', { data: [{ id: 'k', max_model_len: 9 }] }, { contextWindow: 9 }],
  ])('of %s say what they know', (id, answer, facts) => {
    expect(read(id, answer)).toEqual([{ id: 'k', ...facts }]);
  });

  it('say what they know of a model', () => {
    expect(
      read('openrouter', {
        data: [
          {
            id: 'openai/gpt-5',
            context_length: 400_000,
            top_provider: { max_completion_tokens: 128_000 },
            architecture: { input_modalities: ['text', 'image', 'smell'] },
          },
          { id: 'bare' },
          { name: 'without an id' },
        ],
      }),
    ).toEqual([
      {
        id: 'openai/gpt-5',
        contextWindow: 400_000,
        maxOutputTokens: 128_000,
        inputModalities: ['text', 'image'],
      },
      { id: 'bare' },
    ]);
    expect(
      read('gemini', {
        models: [
          {
            name: 'models/gemini-pro',
            inputTokenLimit: 1_048_576,
            outputTokenLimit: 65_536,
            supportedGenerationMethods: ['generateContent', 'countTokens'],
          },
          { name: 'models/embedding', supportedGenerationMethods: ['embedContent'] },
        ],
      }),
    ).toEqual([{ id: 'gemini-pro', contextWindow: 1_048_576, maxOutputTokens: 65_536 }]);
    expect(
      read('anthropic', {
        data: [
          {
            id: 'claude',
            lifecycle: 'active',
            max_input_tokens: 200_000,
            max_tokens: 64_000,
            capabilities: { image_input: { supported: true }, pdf_input: { supported: false } },
          },
          { id: 'old', lifecycle: 'retired' },
          { id: 'plain', capabilities: null, max_input_tokens: null },
        ],
      }),
    ).toEqual([
      {
        id: 'claude',
        contextWindow: 200_000,
        maxOutputTokens: 64_000,
        inputModalities: ['text', 'image'],
      },
      { id: 'plain' },
    ]);
    expect(
      read('mistral', {
        data: [
          {
            id: 'large',
            max_context_length: 131_072,
            capabilities: { completion_chat: true, vision: false },
          },
          { id: 'ocr', capabilities: { completion_chat: false } },
        ],
      }),
    ).toEqual([{ id: 'large', contextWindow: 131_072, inputModalities: ['text'] }]);
    expect(
      read('groq', {
        data: [
          { id: 'a', context_window: 8192, active: true },
          { id: 'b', active: false },
        ],
      }),
    ).toEqual([{ id: 'a', contextWindow: 8192 }]);
    expect(read('vllm', { data: [{ id: 'qwen', max_model_len: 32_768 }] })).toEqual([
      { id: 'qwen', contextWindow: 32_768 },
    ]);
    expect(read('azure', { data: [{ id: 'gpt-4o' }] })).toEqual([]);
  });
});
