import OpenAI from 'openai';
import { afterEach, describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../../src/translate/translation.ts';
import type { DialectDouble, Step } from '../../support/translate/dialect-double.ts';
import { DIALECT_CASES } from '../../support/translate/dialect-doubles.ts';
import { createTranslatingFetch } from '../../support/translate/translating-fetch.ts';

const SPECS: Readonly<Record<string, { spec: DialectSpec; header: string }>> = {
  anthropic: { spec: createAnthropicSpec(), header: 'x-api-key' },
  gemini: { spec: geminiSpec, header: 'x-goog-api-key' },
};
const CASES = DIALECT_CASES.filter(({ provider }) => provider in SPECS);

const TOOLS: OpenAI.ChatCompletionTool[] = [
  {
    type: 'function',
    function: {
      name: 'weather',
      description: 'Tells the weather.',
      parameters: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
    },
  },
];
const STEPS: readonly [Step, ...Step[]] = [
  {
    thought: 'They want the weather.',
    text: 'Let me see.',
    calls: [{ name: 'weather', input: { city: 'Köln' } }],
  },
  { text: 'Sunny ☀️ in Köln.' },
];

describe.each(CASES)(
  "OpenAI's own client with chat completions, on $provider",
  ({ provider, model, start }) => {
    let double: DialectDouble;
    afterEach(() => double.close());

    const createClient = async (steps: readonly [Step, ...Step[]] = STEPS) => {
      double = await start(steps);
      const url = Object.values(double.env).find((value) => value.startsWith('http')) ?? '';
      const { spec, header } = SPECS[provider] ?? { spec: geminiSpec, header: '' };
      const { fetch, sent } = createTranslatingFetch(url, spec, { [header]: 'sk-test' });
      return {
        client: new OpenAI({ apiKey: 'k', baseURL: 'http://localhost/v1', fetch, maxRetries: 0 }),
        sent,
      };
    };

    it('streams a tool call, takes its result, and answers', async () => {
      const { client } = await createClient();
      const messages: OpenAI.ChatCompletionMessageParam[] = [
        { role: 'developer', content: 'Be brief.' },
        { role: 'user', content: [{ type: 'text', text: 'The weather in Köln?' }] },
      ];
      const options = {
        model,
        tools: TOOLS,
        reasoning_effort: 'low',
        stream_options: { include_usage: true },
      } as const;
      const first = await client.chat.completions.stream({ ...options, messages }).finalChatCompletion();
      const message = first.choices[0]?.message as OpenAI.ChatCompletionMessage;
      expect(first.choices[0]?.finish_reason).toBe('tool_calls');
      expect(message.content).toBe('Let me see.');
      const [call] = message.tool_calls ?? [];
      expect(call).toMatchObject({
        type: 'function',
        function: { name: 'weather', arguments: '{"city":"Köln"}' },
      });
      expect(first.usage).toMatchObject({
        prompt_tokens: expect.any(Number),
        prompt_tokens_details: { cached_tokens: expect.any(Number) },
        completion_tokens_details: { reasoning_tokens: expect.any(Number) },
      });

      messages.push(message, { role: 'tool', tool_call_id: call?.id ?? '', content: 'sunny' });
      const second = await client.chat.completions.stream({ ...options, messages }).finalChatCompletion();
      expect(second.choices[0]?.message.content).toBe('Sunny ☀️ in Köln.');
      expect(second.choices[0]?.finish_reason).toBe('stop');
      expect(double.refusals).toEqual([]);
    });

    it('gets the same as one object, and what the provider wants back of the thought goes back', async () => {
      const { client } = await createClient();
      const messages: OpenAI.ChatCompletionMessageParam[] = [
        { role: 'user', content: 'The weather in Köln?' },
      ];
      const first = await client.chat.completions.create({ model, tools: TOOLS, messages });
      const message = first.choices[0]?.message as OpenAI.ChatCompletionMessage;
      expect(message).toMatchObject({ role: 'assistant', content: 'Let me see.', refusal: null });
      expect(message).toMatchObject({ reasoning_content: 'They want the weather.' });
      messages.push(message, {
        role: 'tool',
        tool_call_id: message.tool_calls?.[0]?.id ?? '',
        content: 'sunny',
      });
      const second = await client.chat.completions.create({ model, tools: TOOLS, messages });
      expect(second.choices[0]?.message.content).toBe('Sunny ☀️ in Köln.');
      expect(double.refusals).toEqual([]);
      expect(double.bodies()[1]).toContain('They want the weather.');
    });

    it('is told of what could not be carried', async () => {
      const { client, sent } = await createClient();
      const odd = { n: 2, logit_bias: { 1: 1 }, presence_penalty: 0, seed: 7 };
      await client.chat.completions.create({ model, messages: [{ role: 'user', content: 'x' }], ...odd });
      expect(sent[0]?.losses).toEqual(expect.arrayContaining(['n', 'logit_bias', 'seed']));
      expect(sent[0]?.losses).not.toContain('presence_penalty');
    });
  },
);
