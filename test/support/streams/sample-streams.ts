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

const delta = (index: number, delta: Record<string, unknown>): string =>
  eventOf({ type: 'content_block_delta', index, delta });
const block = (index: number, content_block: Record<string, unknown>, ...pieces: string[]): string[] => [
  eventOf({ type: 'content_block_start', index, content_block }),
  ...pieces,
  eventOf({ type: 'content_block_stop', index }),
];

/** The events of a short message of Anthropic's API: a thought, text, then a tool call. */
export const MESSAGES_EVENTS: readonly string[] = [
  eventOf({
    type: 'message_start',
    message: {
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-test',
      content: [],
      stop_reason: null,
      stop_sequence: null,
      usage: {
        input_tokens: 7,
        cache_read_input_tokens: 90,
        cache_creation_input_tokens: 3,
        output_tokens: 1,
      },
    },
  }),
  ...block(
    0,
    { type: 'thinking', thinking: '', signature: '' },
    delta(0, { type: 'thinking_delta', thinking: 'Grüße – ' }),
    delta(0, { type: 'thinking_delta', thinking: '你好' }),
    delta(0, { type: 'signature_delta', signature: 'c2lnbmVk' }),
  ),
  eventOf({ type: 'ping' }),
  ...block(
    1,
    { type: 'text', text: '' },
    delta(1, { type: 'text_delta', text: '🎉 "type":"message_stop" \\ ' }),
    delta(1, { type: 'text_delta', text: 'data: x' }),
  ),
  ...block(
    2,
    { type: 'tool_use', id: 'toolu_1', name: 'exec_command', input: {} },
    delta(2, { type: 'input_json_delta', partial_json: '{"cmd":' }),
    delta(2, { type: 'input_json_delta', partial_json: '"ls é"}' }),
  ),
  eventOf({
    type: 'message_delta',
    delta: { stop_reason: 'tool_use', stop_sequence: null },
    usage: { output_tokens: 30, output_tokens_details: { thinking_tokens: 12 } },
  }),
  eventOf({ type: 'message_stop' }),
];

export const MESSAGES_CONTENT: readonly unknown[] = [
  { type: 'thinking', thinking: 'Grüße – 你好', signature: 'c2lnbmVk' },
  { type: 'text', text: '🎉 "type":"message_stop" \\ data: x' },
  { type: 'tool_use', id: 'toolu_1', name: 'exec_command', input: { cmd: 'ls é' } },
];
export const MESSAGES_SUMMARY = {
  model: 'claude-test',
  responseId: 'msg_1',
  finish: 'completed',
  usage: {
    inputTokens: 100,
    cachedInputTokens: 90,
    cacheWriteTokens: 3,
    outputTokens: 30,
    reasoningTokens: 12,
    totalTokens: 130,
  },
  toolCalls: ['exec_command'],
};
