/** An event as OpenAI writes it, its data on one line. */
export const eventOf = (data: { readonly type: string } & Record<string, unknown>): string =>
  `event: ${data.type}\ndata: ${JSON.stringify(data)}\n\n`;

export const chunkOf = (data: Record<string, unknown>): string => `data: ${JSON.stringify(data)}\n\n`;

const message = {
  id: 'msg_1',
  type: 'message',
  role: 'assistant',
  status: 'completed',
  content: [{ type: 'output_text', text: 'Grüße – 你好 🎉 "quoted" \\ data: x', annotations: [] }],
};
const call = {
  id: 'fc_1',
  type: 'function_call',
  status: 'completed',
  call_id: 'call_1',
  name: 'exec_command',
  arguments: '{"cmd":["bash","-lc","echo \\"é\\""]}',
};
const usage = {
  input_tokens: 120,
  input_tokens_details: { cached_tokens: 100 },
  output_tokens: 30,
  output_tokens_details: { reasoning_tokens: 12 },
  total_tokens: 150,
};

/** The events of a short Responses answer: text with characters of two to four bytes, then a tool call. */
export const RESPONSES_EVENTS: readonly string[] = [
  eventOf({
    type: 'response.created',
    sequence_number: 0,
    response: { id: 'resp_1', model: 'gpt-test', status: 'in_progress', output: [], usage: null },
  }),
  eventOf({
    type: 'response.output_item.added',
    sequence_number: 1,
    output_index: 0,
    item: { ...message, status: 'in_progress', content: [] },
  }),
  ...['Grüße – ', '你好 🎉 ', '"quoted" \\ data: x'].map((delta, place) =>
    eventOf({
      type: 'response.output_text.delta',
      sequence_number: 2 + place,
      item_id: 'msg_1',
      output_index: 0,
      content_index: 0,
      delta,
    }),
  ),
  eventOf({ type: 'response.output_item.done', sequence_number: 5, output_index: 0, item: message }),
  eventOf({
    type: 'response.output_item.added',
    sequence_number: 6,
    output_index: 1,
    item: { ...call, status: 'in_progress', arguments: '' },
  }),
  ...['{"cmd":["bash","-lc",', '"echo \\"é\\""]}'].map((delta, place) =>
    eventOf({
      type: 'response.function_call_arguments.delta',
      sequence_number: 7 + place,
      item_id: 'fc_1',
      output_index: 1,
      delta,
    }),
  ),
  eventOf({ type: 'response.output_item.done', sequence_number: 9, output_index: 1, item: call }),
  eventOf({
    type: 'response.completed',
    sequence_number: 10,
    response: { id: 'resp_1', model: 'gpt-test', status: 'completed', output: [message, call], usage },
  }),
];

export const RESPONSES_OUTPUT: readonly unknown[] = [message, call];
export const RESPONSES_SUMMARY = {
  model: 'gpt-test',
  responseId: 'resp_1',
  finish: 'completed',
  usage: {
    inputTokens: 120,
    cachedInputTokens: 100,
    outputTokens: 30,
    reasoningTokens: 12,
    totalTokens: 150,
  },
  toolCalls: ['exec_command'],
};

const chunk = (delta: Record<string, unknown>, finishReason: string | null = null): string =>
  chunkOf({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-test',
    choices: [{ index: 0, delta, finish_reason: finishReason }],
    usage: null,
  });
const callChunk = (index: number, delta: Record<string, unknown>): string =>
  chunk({ tool_calls: [{ index, ...delta }] });

/** The chunks of a short chat completion: text, then two tool calls, then usage. */
export const CHAT_EVENTS: readonly string[] = [
  chunk({ role: 'assistant', content: '' }),
  chunk({ content: 'Grüße 🎉 "name" [DONE]' }),
  chunk({ content: ' – 你好' }),
  callChunk(0, { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '' } }),
  callChunk(0, { function: { arguments: '{"city":' } }),
  callChunk(0, { function: { arguments: '"Köln"}' } }),
  callChunk(1, { id: 'call_2', type: 'function', function: { name: 'time', arguments: '{}' } }),
  chunk({}, 'tool_calls'),
  chunkOf({
    id: 'chatcmpl-1',
    object: 'chat.completion.chunk',
    created: 1,
    model: 'gpt-test',
    choices: [],
    usage: {
      prompt_tokens: 20,
      prompt_tokens_details: { cached_tokens: 16 },
      completion_tokens: 9,
      completion_tokens_details: { reasoning_tokens: 4 },
      total_tokens: 29,
    },
  }),
  'data: [DONE]\n\n',
];

export const CHAT_MESSAGE = {
  role: 'assistant',
  content: 'Grüße 🎉 "name" [DONE] – 你好',
  tool_calls: [
    { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":"Köln"}' } },
    { id: 'call_2', type: 'function', function: { name: 'time', arguments: '{}' } },
  ],
};
export const CHAT_SUMMARY = {
  model: 'gpt-test',
  responseId: 'chatcmpl-1',
  finish: 'completed',
  usage: { inputTokens: 20, cachedInputTokens: 16, outputTokens: 9, reasoningTokens: 4, totalTokens: 29 },
  toolCalls: ['weather', 'time'],
};
