import OpenAI from 'openai';
import type { ChatCompletionMessageParam, ChatCompletionTool } from 'openai/resources/chat/completions';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { type AnthropicUpstream, startAnthropicUpstream } from '../../support/anthropic/upstream.ts';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';

const MODEL = 'anthropic/claude-opus-5-5';
const TOOLS: ChatCompletionTool[] = [
  {
    type: 'function',
    function: { name: 'weather', parameters: { type: 'object', properties: { city: { type: 'string' } } } },
  },
];

let double: AnthropicUpstream;
let gateway: RunningGateway;
let client: OpenAI;

beforeEach(async () => {
  double = await startAnthropicUpstream([
    {
      say: [
        { thinking: 'Both.' },
        { text: 'I look – ' },
        { call: 'weather', input: { city: 'Zürich' } },
        { call: 'weather', input: { city: '北京' } },
      ],
    },
    { say: [{ text: 'Sun.' }] },
  ]);
  gateway = await composeGateway('http://127.0.0.1:9/v1', {
    env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url },
  });
  client = new OpenAI({ apiKey: 'anything', baseURL: gateway.v1, maxRetries: 0 });
});
afterEach(() => double.close());

describe("OpenAI's client on a model of Anthropic, by chat completions", () => {
  it('streams parallel calls, gives their results, and is answered', async () => {
    const messages: ChatCompletionMessageParam[] = [
      { role: 'developer', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Weather?' },
          { type: 'image_url', image_url: { url: 'data:image/png;base64,AAAA' } },
        ],
      },
    ];
    const ask = { model: MODEL, tools: TOOLS, reasoning_effort: 'high' as const };
    const usage = { stream_options: { include_usage: true } };
    const first = await client.chat.completions.stream({ ...ask, ...usage, messages }).finalChatCompletion();
    const [choice] = first.choices;
    expect(choice).toMatchObject({ finish_reason: 'tool_calls', message: { content: 'I look – ' } });
    const calls = choice?.message.tool_calls ?? [];
    expect(calls.map((call) => call.type === 'function' && JSON.parse(call.function.arguments))).toEqual([
      { city: 'Zürich' },
      { city: '北京' },
    ]);
    expect(first.usage).toMatchObject({
      prompt_tokens: 120,
      prompt_tokens_details: { cached_tokens: 100 },
      completion_tokens: 30,
      completion_tokens_details: { reasoning_tokens: 10 },
    });

    if (choice === undefined) throw new Error('there is no choice');
    messages.push(choice.message);
    for (const { id } of calls) messages.push({ role: 'tool', tool_call_id: id, content: '20°' });
    const second = await client.chat.completions.create({ ...ask, messages });
    expect(second.choices[0]).toMatchObject({ finish_reason: 'stop', message: { content: 'Sun.' } });

    expect(double.refusals).toEqual([]);
    expect(double.accepted[1]).toMatchObject({
      system: [{ text: 'Be brief.' }],
      output_config: { effort: 'high' },
      messages: [{ role: 'user' }, { role: 'assistant' }, { role: 'user' }],
    });
    const [, record] = await gateway.records();
    expect(record).toMatchObject({
      status: 200,
      provider: 'anthropic',
      upstreamModel: 'claude-opus-5-5',
      translation: { dialect: 'anthropic' },
      usage: { inputTokens: 120, cachedInputTokens: 100, outputTokens: 30 },
    });
  });

  it('is told of what has no place there', async () => {
    const answer = await client.chat.completions
      .create({ model: MODEL, temperature: 0.2, messages: [{ role: 'user', content: 'x' }] })
      .withResponse();
    expect(answer.response.headers.get('x-gomodel-translation')).toMatch(/anthropic.*temperature/);
  });

  it("gets the provider's own words of a refused request", async () => {
    const refused = client.chat.completions.create({
      model: 'anthropic/claude-unheard-of',
      messages: [{ role: 'user', content: 'x' }],
    });
    await expect(refused).rejects.toMatchObject({
      status: 400,
      type: 'invalid_request_error',
      message: expect.stringContaining('model: claude-unheard-of'),
    });
  });
});
