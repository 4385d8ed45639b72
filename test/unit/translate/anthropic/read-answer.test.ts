import { describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../../src/translate/anthropic/spec.ts';
import { createRecordSink, type Told } from '../../../support/translate/record-sink.ts';

const spec = createAnthropicSpec();

const read = (pieces: readonly Uint8Array[], isStream = true): Told[] => {
  const { sink, told } = createRecordSink();
  const reader = spec.createReader(sink, isStream);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return told;
};

type Event = { readonly type: string } & Readonly<Record<string, unknown>>;

const sse = (...events: readonly Event[]): Buffer =>
  Buffer.from(events.map((event) => `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`).join(''));

const MODEL = 'claude-opus-5-5';
const start: Event = {
  type: 'message_start',
  message: {
    id: 'msg_1',
    model: MODEL,
    content: [],
    usage: { input_tokens: 7, cache_read_input_tokens: 90, cache_creation_input_tokens: 3, output_tokens: 1 },
  },
};
const block = (index: number, content: object, ...deltas: object[]): Event[] => [
  { type: 'content_block_start', index, content_block: content },
  ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
  { type: 'content_block_stop', index },
];
const text = (index: number, ...pieces: string[]): Event[] =>
  block(index, { type: 'text', text: '' }, ...pieces.map((piece) => ({ type: 'text_delta', text: piece })));
const stop = (reason: string, more: object = {}): Event[] => [
  {
    type: 'message_delta',
    delta: { stop_reason: reason, stop_sequence: null, ...more },
    usage: { output_tokens: 40, output_tokens_details: { thinking_tokens: 11 } },
  },
  { type: 'message_stop' },
];

const begin: Told = { begin: { id: 'msg_1', model: MODEL } };
const usage: Told = {
  usage: {
    inputTokens: 100,
    cachedInputTokens: 90,
    cacheWriteTokens: 3,
    outputTokens: 40,
    reasoningTokens: 11,
    totalTokens: 140,
  },
};
const signature = 'Eq+/0==';
const thought = (thinking: string): Told => ({
  state: { model: MODEL, blocks: [{ type: 'thinking', thinking, signature }] },
});

/** A whole answer of each kind, and what it says. */
const ANSWERS: Readonly<Record<string, { stream: Buffer; told: Told[] }>> = {
  'a thought with its signature in two pieces, then text and a call': {
    stream: sse(
      start,
      { type: 'ping' },
      ...block(
        0,
        { type: 'thinking', thinking: '', signature: '' },
        { type: 'thinking_delta', thinking: 'Grüße ' },
        { type: 'thinking_delta', thinking: '你好 🎉' },
        { type: 'signature_delta', signature: 'Eq+' },
        { type: 'signature_delta', signature: '/0==' },
      ),
      ...text(1, 'Voilà ', '– data: x'),
      ...block(
        2,
        { type: 'tool_use', id: 'toolu_1', name: 'exec_command', input: {} },
        { type: 'input_json_delta', partial_json: '' },
        { type: 'input_json_delta', partial_json: '{"cmd":"ls \\"é' },
        { type: 'input_json_delta', partial_json: '\\""}' },
      ),
      ...stop('tool_use'),
    ),
    told: [
      begin,
      usage,
      { reasoning: 'Grüße 你好 🎉' },
      thought('Grüße 你好 🎉'),
      { text: 'Voilà – data: x' },
      {
        call: {
          key: '2',
          callId: 'toolu_1',
          name: 'exec_command',
          json: '{"cmd":"ls \\"é\\""}',
          ended: true,
        },
      },
      { finish: 'calls' },
    ],
  },
  'thoughts that are not shown, by their signature or not at all': {
    stream: sse(
      start,
      ...block(0, { type: 'thinking', thinking: '', signature: '' }, { type: 'signature_delta', signature }),
      ...block(1, { type: 'redacted_thinking', data: 'b64' }),
      ...text(2, 'So.'),
      ...stop('end_turn'),
    ),
    told: [
      begin,
      usage,
      thought(''),
      { state: { model: MODEL, blocks: [{ type: 'redacted_thinking', data: 'b64' }] } },
      { text: 'So.' },
      { finish: 'stop' },
    ],
  },
  'two calls that grow in turn, one of them without arguments': {
    stream: sse(
      start,
      { type: 'content_block_start', index: 0, content_block: { type: 'tool_use', id: 'a', name: 'f' } },
      {
        type: 'content_block_start',
        index: 1,
        content_block: { type: 'tool_use', id: 'b', name: 'g', input: {} },
      },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '{"n":' } },
      { type: 'content_block_delta', index: 1, delta: { type: 'input_json_delta', partial_json: '' } },
      { type: 'content_block_delta', index: 0, delta: { type: 'input_json_delta', partial_json: '1}' } },
      { type: 'content_block_stop', index: 1 },
      { type: 'content_block_stop', index: 0 },
      ...stop('tool_use'),
    ),
    told: [
      begin,
      usage,
      { call: { key: '0', callId: 'a', name: 'f', json: '{"n":1}', ended: true } },
      { call: { key: '1', callId: 'b', name: 'g', json: '{}', ended: true } },
      { finish: 'calls' },
    ],
  },
  "a search of the provider's own, kept to be sent back, and text with its sources": {
    stream: sse(
      start,
      ...block(
        0,
        { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: {} },
        { type: 'input_json_delta', partial_json: '{"query": "no' },
        { type: 'input_json_delta', partial_json: 'rth"}' },
      ),
      ...block(1, { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ url: 'u' }] }),
      ...block(
        2,
        { type: 'text', text: '', citations: [] },
        { type: 'citations_delta', citation: { type: 'web_search_result_location', url: 'u' } },
        { type: 'text_delta', text: 'Up.' },
      ),
      ...stop('end_turn'),
    ),
    told: [
      begin,
      usage,
      { search: 'north' },
      {
        state: {
          model: MODEL,
          blocks: [
            { type: 'server_tool_use', id: 'srvtoolu_1', name: 'web_search', input: { query: 'north' } },
            { type: 'web_search_tool_result', tool_use_id: 'srvtoolu_1', content: [{ url: 'u' }] },
          ],
        },
      },
      { text: 'Up.' },
      { finish: 'stop' },
    ],
  },
  'events, blocks and deltas that are not known, with nothing lost around them': {
    stream: sse(
      start,
      { type: 'weather', index: 0 },
      ...text(0, 'A'),
      ...block(1, { type: 'hologram', data: [1] }, { type: 'hologram_delta', data: [2] }),
      ...block(
        2,
        { type: 'text', text: '' },
        { type: 'scent_delta', scent: 'x' },
        { type: 'text_delta', text: 'B' },
      ),
      ...stop('end_turn'),
    ),
    told: [begin, usage, { text: 'AB' }, { finish: 'stop' }],
  },
  'a refusal, in the words of the provider': {
    stream: sse(
      start,
      ...text(0, 'First'),
      ...stop('refusal', { stop_details: { type: 'refusal', category: 'cyber', explanation: 'Not this.' } }),
    ),
    told: [
      begin,
      usage,
      { text: 'First' },
      { refusal: 'Not this.' },
      expect.objectContaining({ finish: 'filter' }),
    ],
  },
  'an error in mid-stream': {
    stream: sse(start, ...text(0, 'Half'), {
      type: 'error',
      error: { type: 'overloaded_error', message: 'Overloaded' },
    }),
    told: [
      begin,
      {
        usage: {
          inputTokens: 100,
          cachedInputTokens: 90,
          cacheWriteTokens: 3,
          outputTokens: 1,
          totalTokens: 101,
        },
      },
      { text: 'Half' },
      { fail: { code: 'overloaded_error', message: 'Overloaded' } },
    ],
  },
  'an end without its last event': {
    stream: sse(start, ...text(0, 'All of it'), ...stop('end_turn').slice(0, 1)),
    told: [begin, usage, { text: 'All of it' }, { finish: 'stop' }],
  },
};

describe("Anthropic's streamed answer", () => {
  for (const [name, { stream, told }] of Object.entries(ANSWERS)) {
    it(`is read as it was meant, cut at any byte: ${name}`, () => {
      expect(read([stream])).toEqual(told);
      for (let cut = 1; cut < stream.length; cut++) {
        expect(read([stream.subarray(0, cut), stream.subarray(cut)]), `cut at ${cut}`).toEqual(told);
      }
      expect(read([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(told);
    });
  }

  it.each([
    ['end_turn', 'stop'],
    ['stop_sequence', 'stop'],
    ['tool_use', 'calls'],
    ['max_tokens', 'length'],
    ['model_context_window_exceeded', 'length'],
    ['pause_turn', 'length'],
    ['something_new', 'stop'],
  ])('ends by %s as %s', (reason, finish) => {
    expect(read([sse(start, ...stop(reason))]).at(-1)).toEqual({ finish });
  });

  it('says nothing of its end where none has come', () => {
    expect(read([sse(start, ...text(0, 'Half'))]).at(-1)).toEqual({ text: 'Half' });
    expect(read([])).toEqual([]);
  });

  it('tells that the provider is at work where it says nothing else for long', () => {
    const ping: Event = { type: 'ping' };
    const told = read([sse(start, ping, ...text(0, 'A'), ping, ping, ping, ...text(1, 'B'), ping)]);
    expect(told.slice(2)).toEqual([{ text: 'A' }, { alive: true }, { alive: true }, { text: 'B' }]);
  });

  it('is whole where only its last blank line is missing', () => {
    const stream = sse(start, ...stop('end_turn').slice(0, 1));
    expect(read([stream.subarray(0, -1)]).at(-1)).toEqual({ finish: 'stop' });
    expect(read([stream.subarray(0, -3)]).at(-1)).not.toHaveProperty('finish');
  });

  it('says nothing more after its end', () => {
    const told = read([sse(start, ...stop('end_turn'), ...text(0, 'late'), { type: 'error', error: {} })]);
    expect(told.at(-1)).toEqual({ finish: 'stop' });
  });
});

describe("Anthropic's answer as one JSON body", () => {
  const body = {
    id: 'msg_1',
    type: 'message',
    model: MODEL,
    content: [
      { type: 'thinking', thinking: 'Hm', signature },
      { type: 'text', text: 'Ünd' },
      { type: 'tool_use', id: 'toolu_1', name: 'f', input: { n: 1 } },
    ],
    stop_reason: 'tool_use',
    usage: { input_tokens: 5, output_tokens: 9 },
  };
  const bytes = Buffer.from(JSON.stringify(body));

  it('is read as the stream is, cut at any byte', () => {
    const told = [
      begin,
      { reasoning: 'Hm' },
      thought('Hm'),
      { text: 'Ünd' },
      { call: { key: '2', callId: 'toolu_1', name: 'f', json: '{"n":1}', ended: true } },
      { usage: { inputTokens: 5, cachedInputTokens: 0, outputTokens: 9, totalTokens: 14 } },
      { finish: 'calls' },
    ];
    for (let cut = 0; cut < bytes.length; cut++) {
      expect(read([bytes.subarray(0, cut), bytes.subarray(cut)], false)).toEqual(told);
    }
  });

  it('keeps a number that JavaScript would round', () => {
    const content = '{"type":"tool_use","id":"a","name":"f","input":{"id": 12345678901234567890}}';
    const text = `{"id":"msg_1","model":"${MODEL}","content":[{"type":"text","text":"x"},${content}],"stop_reason":"tool_use"}`;
    const [, , call] = read([Buffer.from(text)], false);
    expect(call).toMatchObject({ call: { key: '1', json: '{"id": 12345678901234567890}', ended: true } });
  });

  it('says nothing where it is no JSON', () => {
    expect(read([Buffer.from('<html>')], false)).toEqual([]);
  });
});

describe("Anthropic's error", () => {
  const errorOf = (body: string) => spec.readError(400, Buffer.from(body));

  it('is told with its type as the code', () => {
    const body =
      '{"type":"error","error":{"type":"rate_limit_error","message":"Slow down"},"request_id":"r"}';
    expect(errorOf(body)).toEqual({
      type: 'rate_limit_error',
      code: 'rate_limit_error',
      message: 'Slow down',
    });
  });

  it('names a conversation that is too long as OpenAI does, so that clients compact it', () => {
    const message = 'prompt is too long: 210000 tokens > 200000 maximum';
    const body = JSON.stringify({ type: 'error', error: { type: 'invalid_request_error', message } });
    expect(errorOf(body)).toMatchObject({ code: 'context_length_exceeded', message });
  });

  it("keeps the words of a proxy's page, and says so where there are none", () => {
    expect(errorOf('<html><h1>502  Bad\n Gateway</h1></html>')).toEqual({ message: '502 Bad Gateway' });
    expect(errorOf('')).toEqual({ message: 'status 400 without a word' });
  });
});
