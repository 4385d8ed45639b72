import { describe, expect, it } from 'vitest';
import { noteArguments } from '../../../../src/translate/gemini/signed-call.ts';
import { geminiSpec } from '../../../../src/translate/gemini/spec.ts';
import { readRecording, recordedEvents } from '../../../support/streams/recordings.ts';
import { createRecordSink, type Told } from '../../../support/translate/record-sink.ts';

const read = (pieces: readonly Uint8Array[], isStream = true): Told[] => {
  const { sink, told } = createRecordSink();
  const reader = geminiSpec.createReader(sink, isStream);
  for (const piece of pieces) reader.push(piece);
  reader.end();
  return told;
};

const sse = (...chunks: object[]): Buffer =>
  Buffer.from(chunks.map((chunk) => `data: ${JSON.stringify(chunk)}\r\n\r\n`).join(''));

const parts = (list: object[], more: object = {}): object => ({
  candidates: [{ content: { role: 'model', parts: list }, index: 0, ...more }],
  modelVersion: 'gemini-3-flash',
  responseId: 'r1',
});

const begin: Told = { begin: { id: 'r1', model: 'gemini-3-flash' } };
const state = (data: object): Told => ({ state: { model: 'gemini-3-flash', ...data } });

/** A whole answer of each kind, and what it says. */
const ANSWERS: Readonly<Record<string, { stream: Buffer; told: Told[] }>> = {
  'a thought, a text in pieces, and a signature on an empty part at the end': {
    stream: sse(
      parts([{ text: '**Counting** ', thought: true }]),
      parts([{ text: 'the rs', thought: true }]),
      parts([{ text: 'Drei „r“ – ' }]),
      { ...parts([{ text: 'voilà 🍓' }]), usageMetadata: { promptTokenCount: 9, totalTokenCount: 9 } },
      {
        ...parts([{ text: '', thoughtSignature: 'c2ln' }], { finishReason: 'STOP' }),
        usageMetadata: {
          promptTokenCount: 9,
          toolUsePromptTokenCount: 4,
          cachedContentTokenCount: 5,
          candidatesTokenCount: 23,
          thoughtsTokenCount: 302,
          totalTokenCount: 338,
        },
      },
    ),
    told: [
      begin,
      { reasoning: '**Counting** the rs' },
      state({}),
      { text: 'Drei „r“ – voilà 🍓' },
      {
        usage: {
          inputTokens: 13,
          cachedInputTokens: 5,
          outputTokens: 325,
          reasoningTokens: 302,
          totalTokens: 338,
        },
      },
      state({ text: [{ at: 19, length: 0, signature: 'c2ln' }] }),
      { finish: 'stop' },
    ],
  },
  'two calls at once, of which the first is signed': {
    stream: sse(
      parts([{ text: 'Look', thought: true }]),
      parts([
        {
          functionCall: { id: 'c1', name: 'exec_command', args: { cmd: 'ls "a"', n: 1 } },
          thoughtSignature: 'QUJD',
        },
        { functionCall: { name: 'default_api:_3d', args: {} } },
      ]),
      parts([{ text: '' }], { finishReason: 'STOP' }),
    ),
    told: [
      begin,
      { reasoning: 'Look' },
      state({ call: 'QUJD', args: noteArguments('{"cmd":"ls \\"a\\"","n":1}') }),
      {
        call: {
          key: '0',
          callId: 'c1',
          name: 'exec_command',
          json: '{"cmd":"ls \\"a\\"","n":1}',
          ended: true,
        },
      },
      { call: { key: '1', name: '3d', json: '{}', ended: true } },
      { finish: 'calls' },
    ],
  },
  'a signature on the first piece of a text, before a call': {
    stream: sse(
      parts([{ text: 'Let me', thoughtSignature: 'Zmlyc3Q=' }]),
      parts([{ text: ' look.' }]),
      parts([{ functionCall: { name: 'a' } }], { finishReason: 'STOP' }),
    ),
    told: [
      begin,
      { text: 'Let me look.' },
      state({ text: [{ at: 0, length: 6, signature: 'Zmlyc3Q=' }] }),
      { call: { key: '0', name: 'a', json: '{}', ended: true } },
      { finish: 'calls' },
    ],
  },
  'a search of its own, before a call and after a text': {
    stream: sse(
      parts([{ text: 'First' }]),
      parts([
        {
          toolCall: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['north'] } },
          thoughtSignature: 'YQ==',
        },
      ]),
      parts([
        {
          toolResponse: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', response: { found: 1 } },
          thoughtSignature: 'Yg==',
        },
      ]),
      parts([{ functionCall: { id: 'c1', name: 'weather', args: {} }, thoughtSignature: 'Yw==' }], {
        finishReason: 'STOP',
        groundingMetadata: { webSearchQueries: ['north', 'south'] },
      }),
    ),
    told: [
      begin,
      { text: 'First' },
      { search: 'north' },
      state({
        parts: [
          {
            toolCall: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', args: { queries: ['north'] } },
            thoughtSignature: 'YQ==',
          },
          {
            toolResponse: { id: 't1', toolType: 'GOOGLE_SEARCH_WEB', response: { found: 1 } },
            thoughtSignature: 'Yg==',
          },
        ],
        call: 'Yw==',
        args: noteArguments('{}'),
      }),
      { call: { key: '0', callId: 'c1', name: 'weather', json: '{}', ended: true } },
      { search: 'south' },
      { finish: 'calls' },
    ],
  },
  'a number that a double cannot hold': {
    stream: Buffer.from(
      'data: {"candidates":[{"content":{"parts":[{"text":"x"},{"functionCall":{"name":"f","args":{"id": 12345678901234567890}}}]},"finishReason":"STOP"}],"modelVersion":"gemini-3-flash","responseId":"r1"}\n\n',
    ),
    told: [
      begin,
      { text: 'x' },
      { call: { key: '0', name: 'f', json: '{"id": 12345678901234567890}', ended: true } },
      { finish: 'calls' },
    ],
  },
  'an error in mid-stream, written as an event': {
    stream: Buffer.concat([
      sse(parts([{ text: 'Half' }])),
      sse({ error: { code: 503, message: 'The model is overloaded.', status: 'UNAVAILABLE' } }),
    ]),
    told: [begin, { text: 'Half' }, { fail: { code: 'UNAVAILABLE', message: 'The model is overloaded.' } }],
  },
  'an error in mid-stream, written as bare JSON': {
    stream: Buffer.concat([
      sse(parts([{ text: 'Half' }])),
      Buffer.from(
        `${JSON.stringify({ error: { code: 500, message: 'Intérnal', status: 'INTERNAL' } }, null, 2)}\n\n`,
      ),
    ]),
    told: [begin, { text: 'Half' }, { fail: { code: 'INTERNAL', message: 'Intérnal' } }],
  },
  'an error in mid-stream, written as bare JSON without a line end': {
    stream: Buffer.concat([
      sse(parts([{ text: 'Half' }])),
      Buffer.from('[{"error":{"code":500,"message":"No","status":"INTERNAL"}}]'),
    ]),
    told: [begin, { text: 'Half' }, { fail: { code: 'INTERNAL', message: 'No' } }],
  },
};

describe("Gemini's streamed answer", () => {
  for (const [name, { stream, told }] of Object.entries(ANSWERS)) {
    it(`is read as it was meant, cut at any byte: ${name}`, () => {
      expect(read([stream])).toEqual(told);
      for (let cut = 1; cut < stream.length; cut++) {
        expect(read([stream.subarray(0, cut), stream.subarray(cut)]), `cut at ${cut}`).toEqual(told);
      }
      expect(read([...stream].map((byte) => Uint8Array.of(byte)))).toEqual(told);
    });
  }

  it('says nothing of its end where none has come', () => {
    const told = read([sse(parts([{ text: 'Half' }]))]);
    expect(told).toEqual([begin, { text: 'Half' }]);
  });

  it.each([
    ['STOP', { finish: 'stop' }],
    ['MAX_TOKENS', { finish: 'length' }],
    ['SAFETY', { finish: 'filter', words: 'Gemini withheld its answer: SAFETY' }],
    ['PROHIBITED_CONTENT', { finish: 'filter', words: 'Gemini withheld its answer: PROHIBITED_CONTENT' }],
  ])('ends with the reason %s', (finishReason, end) => {
    expect(read([sse(parts([{ text: 'a' }], { finishReason }))]).at(-1)).toEqual(end);
  });

  it.each([
    [
      'MALFORMED_FUNCTION_CALL',
      'Malformed call: x',
      'Gemini ended its answer with MALFORMED_FUNCTION_CALL: Malformed call: x',
    ],
    [
      'UNEXPECTED_TOOL_CALL',
      undefined,
      'Gemini ended its answer with UNEXPECTED_TOOL_CALL: the model called a tool that it was not given',
    ],
    [
      'NEVER_HEARD_OF',
      undefined,
      'Gemini ended its answer with NEVER_HEARD_OF: Google gives no further reason',
    ],
  ])('fails in words with the reason %s', (finishReason, finishMessage, message) => {
    const told = read([sse(parts([], { finishReason, finishMessage }))]);
    expect(told.at(-1)).toEqual({ fail: { code: finishReason.toLowerCase(), message } });
  });

  it('fails in words where the prompt was blocked', () => {
    const told = read([sse({ promptFeedback: { blockReason: 'PROHIBITED_CONTENT' }, responseId: 'r1' })]);
    expect(told).toEqual([
      { begin: { id: 'r1' } },
      {
        fail: {
          code: 'invalid_prompt',
          message: 'Gemini did not answer: it blocked the prompt (PROHIBITED_CONTENT).',
        },
      },
    ]);
  });
});

describe("Gemini's answer in one body", () => {
  const chunk = parts([{ text: 'Hello', thoughtSignature: 'YQ==' }], { finishReason: 'STOP' });
  const told: Told[] = [
    begin,
    { text: 'Hello' },
    state({ text: [{ at: 0, length: 5, signature: 'YQ==' }] }),
    { finish: 'stop' },
  ];

  it('is read like a stream of one chunk', () => {
    expect(read([Buffer.from(JSON.stringify(chunk, null, 2))], false)).toEqual(told);
  });

  it('is read where Google wrote its stream as a list', () => {
    const list = Buffer.from(
      JSON.stringify([parts([{ text: 'Hel' }]), parts([{ text: 'lo' }], { finishReason: 'STOP' })]),
    );
    expect(read([list.subarray(0, 40), list.subarray(40)], false)).toEqual([
      begin,
      { text: 'Hello' },
      { finish: 'stop' },
    ]);
  });

  it('says nothing where it is no JSON', () => {
    expect(read([Buffer.from('<html>')], false)).toEqual([]);
  });
});

describe("a recorded answer of Gemini's", () => {
  const bytesOf = (name: string): Buffer => Buffer.from(recordedEvents(`ai-sdk/google/${name}`).join(''));
  const readAtEverySplit = (stream: Buffer): Told[] => {
    const whole = read([stream]);
    for (let cut = 1; cut < stream.length; cut++) {
      expect(read([stream.subarray(0, cut), stream.subarray(cut)]), `cut at ${cut}`).toEqual(whole);
    }
    return whole;
  };

  it('gives the text, the signature and the usage of a thinking Gemini 3', () => {
    const told = readAtEverySplit(bytesOf('google-reasoning-gemini3.chunks.txt'));
    expect(told.map((entry) => Object.keys(entry)[0])).toEqual(['begin', 'text', 'usage', 'state', 'finish']);
    expect(told[0]).toEqual({ begin: { id: 'M3iLaY-AI7zTxN8P3Piw4Qg', model: 'gemini-3-pro-preview' } });
    expect(told[1]).toEqual({ text: 'There are **3** "r"s in strawberry.\n\nSt**r**awbe**rr**y' });
    expect(told[2]).toEqual({
      usage: { inputTokens: 9, outputTokens: 325, reasoningTokens: 302, totalTokens: 334 },
    });
    expect(told[4]).toEqual({ finish: 'stop' });
  });

  it('gives the call, its signature and the usage', () => {
    const told = readAtEverySplit(bytesOf('google-tool-call-gemini3.chunks.txt'));
    expect(told.map((entry) => Object.keys(entry)[0])).toEqual(['begin', 'state', 'call', 'usage', 'finish']);
    expect(told[2]).toEqual({
      call: { key: '0', name: 'weather', json: '{"location":"San Francisco"}', ended: true },
    });
    expect(told[3]).toEqual({
      usage: { inputTokens: 29, outputTokens: 819, reasoningTokens: 804, totalTokens: 848 },
    });
    expect(told[4]).toEqual({ finish: 'calls' });
  });

  it('tells of an error when to ask again', () => {
    const error = geminiSpec.readError(429, readRecording('ai-sdk/google/google-429-retry-info.json'));
    expect(error).toEqual({
      message: 'You exceeded your current quota, please check your plan. Please retry in 34.4 s.',
      code: 'RESOURCE_EXHAUSTED',
      retryAfterSeconds: 34.4,
    });
  });
});

describe("Gemini's error answer", () => {
  const readError = (body: string) => geminiSpec.readError(400, Buffer.from(body));

  it('names the reason that its details give', () => {
    const error = {
      code: 400,
      message: 'API key not valid. Please pass a valid API key.',
      status: 'INVALID_ARGUMENT',
      details: [{ '@type': 'type.googleapis.com/google.rpc.ErrorInfo', reason: 'API_KEY_INVALID' }],
    };
    const expected = { message: 'API key not valid. Please pass a valid API key.', code: 'API_KEY_INVALID' };
    expect(readError(JSON.stringify({ error }))).toEqual(expected);
    expect(readError(JSON.stringify([{ error }]))).toEqual(expected);
  });

  it('says by its code that the conversation is too long', () => {
    const message = 'The input token count (1200000) exceeds the maximum number of tokens allowed (1048576).';
    const body = JSON.stringify({ error: { code: 400, message, status: 'INVALID_ARGUMENT' } });
    expect(readError(body)).toEqual({ message, code: 'context_length_exceeded' });
  });

  it('is quoted where it is not in the form of Google', () => {
    expect(readError('upstream connect error')).toEqual({ message: 'upstream connect error' });
    expect(readError('')).toEqual({ message: 'The provider answered 400 without a word.' });
  });
});
