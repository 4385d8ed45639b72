import Anthropic from '@anthropic-ai/sdk';
import { afterEach, describe, expect, it } from 'vitest';
import type { ProviderSpec } from '../../../src/providers/provider-spec.ts';
import { deepseekSpec } from '../../../src/providers/specs/deepseek.ts';
import { geminiSpec } from '../../../src/providers/specs/gemini.ts';
import { openaiSpec } from '../../../src/providers/specs/openai.ts';
import { startChatUpstream } from '../../support/chat-upstream.ts';
import { providerAt } from '../../support/gateway/add-providers.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { startGeminiUpstream } from '../../support/gemini-upstream.ts';
import { startResponsesUpstream } from '../../support/responses/upstream.ts';
import type { Step } from '../../support/translate/dialect-double.ts';

interface Double {
  readonly url: string;
  readonly refusals: readonly string[];
  readonly requests: readonly { readonly body: Buffer }[];
  close(): Promise<void>;
}

interface Case {
  readonly title: string;
  readonly dialect: string;
  readonly spec: ProviderSpec;
  readonly native?: readonly 'chat'[];
  readonly model: string;
  readonly start: (steps: readonly [Step, ...Step[]]) => Promise<Double>;
}

const chatSteps = ([first, ...rest]: readonly [Step, ...Step[]]) => {
  const map = ({ calls = [], ...step }: Step) => ({
    ...step,
    calls: calls.map(({ name, input }) => ({ name, json: JSON.stringify(input) })),
  });
  return [map(first), ...rest.map(map)] as const;
};

const CASES: readonly Case[] = [
  {
    title: 'OpenAI Responses',
    dialect: 'responses',
    spec: openaiSpec,
    model: 'gpt-5.5',
    start: (steps) => startResponsesUpstream(steps),
  },
  {
    title: 'OpenAI chat',
    dialect: 'chat',
    spec: openaiSpec,
    native: ['chat'],
    model: 'gpt-5.5',
    // It never tells what its model thought.
    start: (steps) =>
      startChatUpstream(
        chatSteps(steps.map(({ thought: _, ...step }) => step) as [Step, ...Step[]]),
        'openai',
      ),
  },
  {
    title: 'DeepSeek chat',
    dialect: 'chat',
    spec: deepseekSpec,
    native: ['chat'],
    model: 'deepseek-reasoner',
    start: (steps) => startChatUpstream(chatSteps(steps), 'deepseek'),
  },
  {
    title: 'Gemini',
    dialect: 'gemini',
    spec: geminiSpec,
    model: 'gemini-3-flash-preview',
    start: (steps) => {
      const map = ({ thought, text, calls = [] }: Step) => ({
        parts: [
          ...(thought === undefined ? [] : [{ text: thought, thought: true }]),
          ...(text === undefined ? [] : [{ text }]),
          ...calls.map(({ name, input }) => ({ functionCall: { id: `id_${name}`, name, args: input } })),
        ],
      });
      const [first, ...rest] = steps;
      return startGeminiUpstream([map(first), ...rest.map(map)]);
    },
  },
];

const TOOL: Anthropic.Tool = {
  name: 'weather',
  description: 'Tells the weather.',
  input_schema: { type: 'object', properties: { city: { type: 'string' } }, required: ['city'] },
};
const STEPS: readonly [Step, ...Step[]] = [
  {
    thought: 'They want the weather.',
    text: 'Let me see.',
    calls: [{ name: 'weather', input: { city: 'Köln' } }],
  },
  { text: 'Sunny ☀️ in Köln.' },
];
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mP8z8BQDwAEhQGAhKmMIQAAAABJRU5ErkJggg==';

describe.each(CASES)("Anthropic's own client on $title", ({ dialect, spec, native, model, start }) => {
  let double: Double;
  let gateway: RunningGateway;
  afterEach(() => double.close());

  const createClient = async (steps: readonly [Step, ...Step[]] = STEPS): Promise<Anthropic> => {
    double = await start(steps);
    gateway = await composeGateway(double.url, {
      configure: (config) => ({
        ...config,
        providers: [providerAt(spec, double.url, native ? { native } : {})],
        defaultProvider: spec.id,
      }),
    });
    const baseURL = new URL(gateway.v1).origin;
    return new Anthropic({ apiKey: 'any', baseURL, maxRetries: 0 });
  };

  const ask = (messages: Anthropic.MessageParam[]): Anthropic.MessageCreateParamsNonStreaming => ({
    model,
    max_tokens: 8000,
    system: [{ type: 'text', text: 'Be brief.', cache_control: { type: 'ephemeral' } }],
    thinking: { type: 'enabled', budget_tokens: 4000 },
    tools: [TOOL],
    messages,
  });
  const QUESTION: Anthropic.MessageParam[] = [
    {
      role: 'user',
      content: [
        { type: 'text', text: 'The weather in Köln?' },
        { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
      ],
    },
  ];

  it('streams a thought and a call, takes its result with an image, and answers', async () => {
    const client = await createClient();
    const messages = [...QUESTION];
    const first = await client.messages.stream(ask(messages)).finalMessage();
    expect(first.stop_reason).toBe('tool_use');
    expect(first.content.find(({ type }) => type === 'text')).toMatchObject({ text: 'Let me see.' });
    const call = first.content.find((block) => block.type === 'tool_use');
    expect(call).toMatchObject({ name: 'weather', input: { city: 'Köln' } });
    expect(first.usage).toMatchObject({ cache_read_input_tokens: 40 });
    expect(first.usage.input_tokens).toBeGreaterThan(0);
    messages.push({ role: 'assistant', content: first.content });
    messages.push({
      role: 'user',
      content: [
        {
          type: 'tool_result',
          tool_use_id: call?.id ?? '',
          content: [
            { type: 'text', text: 'Sunny' },
            { type: 'image', source: { type: 'base64', media_type: 'image/png', data: PNG } },
          ],
        },
      ],
    });
    const { data: second, response } = await client.messages.create(ask(messages)).withResponse();
    expect(double.refusals).toEqual([]);
    expect(second.content.filter(({ type }) => type === 'text')).toMatchObject([
      { text: 'Sunny ☀️ in Köln.' },
    ]);
    expect(second.stop_reason).toBe('end_turn');
    expect(response.headers.get('request-id')).toMatch(/^req_/);
    expect(response.headers.get('x-gomodel-translation')).toMatch(
      new RegExp(`^${dialect}; lost=".*cache_control`),
    );
    const records = await gateway.records();
    expect(records).toMatchObject([
      { status: 200, translation: { dialect }, response: { finish: 'completed', toolCalls: ['weather'] } },
      { status: 200, translation: { dialect }, usage: { cachedInputTokens: 40 } },
    ]);
  });

  it('counts tokens: by the provider where it can, else by an estimate that says so', async () => {
    const client = await createClient();
    const { data, response } = await client.messages
      .countTokens({ model, messages: QUESTION, tools: [TOOL] })
      .withResponse();
    expect(data.input_tokens).toBeGreaterThan(0);
    const said = response.headers.get('x-gomodel-translation');
    if (dialect === 'chat') expect(said).toMatch(/this is an estimate/);
    else expect(said).toBe(dialect);
    expect(await gateway.records()).toMatchObject([{ status: 200, response: { finish: 'completed' } }]);
  });

  it('lists the models in its own form', async () => {
    const client = await createClient();
    const page = await client.models.list();
    expect(page.has_more).toBe(false);
    expect(Array.isArray(page.data)).toBe(true);
  });

  it('refuses tools that Anthropic runs, in words', async () => {
    const client = await createClient();
    const refused = client.messages.create({
      ...ask(QUESTION),
      tools: [{ type: 'web_search_20250305', name: 'web_search' }],
    });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      requestID: expect.stringMatching(/^req_/),
      error: {
        type: 'error',
        error: { type: 'invalid_request_error', message: expect.stringMatching(/web_search_20250305/) },
      },
    });
    expect(double.requests).toEqual([]);
  });
});
