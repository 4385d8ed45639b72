import { isDeepStrictEqual } from 'node:util';
import OpenAI from 'openai';
import { describe, expect, test } from 'vitest';
import type { Api } from '../../../src/sse/answer-summary.ts';
import { type AnswerTap, createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { readSse } from '../../support/streams/read-sse.ts';
import { CHAT_EVENTS, eventOf, RESPONSES_EVENTS } from '../../support/streams/sample-streams.ts';

const FAILURE = {
  code: 'upstream_stream_truncated',
  message: 'the upstream closed after 3 events – “cut”',
  atMs: 1_764_000_000_500,
};
const SHOWN = `gomodel-ts: ${FAILURE.message}`;

const tapOf = (api: Api, bytes: Uint8Array): AnswerTap => {
  const tap = createStreamTap(api);
  tap.push(bytes);
  tap.end();
  return tap;
};
/** What the client gets of a stream that is cut after `bytes`. */
const closed = (api: Api, bytes: Uint8Array): Buffer =>
  Buffer.concat([bytes, tapOf(api, bytes).closing(FAILURE)]);

interface Shown {
  readonly type?: string;
  readonly error?: { readonly code: string; readonly message: string };
  readonly response?: { readonly error?: { readonly code: string; readonly message: string } };
}
const parse = (data: string): Shown => JSON.parse(data) as Shown;

const wrongCuts = (bytes: Uint8Array, isRight: (cut: number) => boolean): number[] =>
  Array.from(bytes.keys()).filter((cut) => !isRight(cut));

const FRAMINGS = {
  'LF line ends': (text: string) => text,
  'CRLF line ends': (text: string) => text.replaceAll('\n', '\r\n'),
  'CR line ends': (text: string) => text.replaceAll('\n', '\r'),
  'a byte order mark': (text: string) => `\ufeff${text}`,
  'comments between': (text: string) => text.replaceAll('event:', ': – ping\n\n: 你好\nevent:'),
  'no event names': (text: string) => text.replace(/^event: .*\n/gm, ''),
  'data in several lines': (text: string) => text.replace(/,(?="[a-z_]+":)/g, '\ndata: ,'),
};
const framings = Object.entries(FRAMINGS);

describe('a Responses stream cut at any byte', () => {
  test.each(framings)('ends for a reader with the failure alone, with %s', (_name, frame) => {
    const bytes = Buffer.from(frame(RESPONSES_EVENTS.join('')));
    const whole = readSse(bytes);
    const shows = (cut: number): boolean => {
      const tap = tapOf('responses', bytes.subarray(0, cut));
      const events = readSse(Buffer.concat([bytes.subarray(0, cut), tap.closing(FAILURE)]));
      if (tap.terminal) return isDeepStrictEqual(events, whole);
      const failed = parse(events.pop()?.data ?? '');
      const begun = parse(events.at(-1)?.data ?? '{}');
      // An event that had begun arrives as an error event, as OpenAI sends one before `response.failed`.
      if (begun.type === 'error') events.pop();
      return (
        failed.type === 'response.failed' &&
        failed.response?.error?.message === SHOWN &&
        (begun.type !== 'error' || begun.error?.message === SHOWN) &&
        events.length < whole.length &&
        isDeepStrictEqual(events, whole.slice(0, events.length))
      );
    };
    expect(wrongCuts(bytes, shows)).toEqual([]);
  });

  test('gives no event again and loses none that was whole', () => {
    const cut = Buffer.from(RESPONSES_EVENTS.slice(0, 4).join('')).length;
    const bytes = Buffer.from(RESPONSES_EVENTS.join(''));
    for (const lost of [0, 1, 2]) {
      const events = readSse(closed('responses', bytes.subarray(0, cut - lost)));
      expect(events.map(({ name }) => name)).toEqual([
        'response.created',
        'response.output_item.added',
        'response.output_text.delta',
        'response.output_text.delta',
        'response.failed',
      ]);
    }
  });

  test('names its response, model and place in the sequence', () => {
    const events = readSse(closed('responses', Buffer.from(RESPONSES_EVENTS.slice(0, 3).join(''))));
    expect(JSON.parse(events.at(-1)?.data ?? '')).toEqual({
      type: 'response.failed',
      sequence_number: 3,
      response: {
        id: 'resp_1',
        object: 'response',
        created_at: 1_764_000_000,
        status: 'failed',
        error: { code: FAILURE.code, message: SHOWN },
        incomplete_details: null,
        instructions: null,
        metadata: {},
        model: 'gpt-test',
        output: [],
        parallel_tool_calls: true,
        temperature: null,
        tool_choice: 'auto',
        tools: [],
        top_p: null,
        usage: null,
      },
    });
  });

  test('tells the failure where nothing came at all', () => {
    expect(readSse(closed('responses', Buffer.alloc(0))).map(({ name }) => name)).toEqual([
      'response.failed',
    ]);
  });

  test('tells the failure after an event that was too big to keep', () => {
    const tap = createStreamTap('responses', { maxEventBytes: 100 });
    const begun = Buffer.from(`event: x\ndata: {"big":"${'x'.repeat(500)}`);
    tap.push(begun);
    tap.end();
    const events = readSse(Buffer.concat([begun, tap.closing(FAILURE)]));
    expect(events.at(-1)?.name).toBe('response.failed');
  });

  test("repeats the upstream's own error, which Codex would not see in an error event", () => {
    const error = { type: 'insufficient_quota', code: 'insufficient_quota', message: 'No money.' };
    const events = readSse(closed('responses', Buffer.from(eventOf({ type: 'error', error }))));
    expect(parse(events.at(-1)?.data ?? '').response?.error).toEqual({
      code: 'insufficient_quota',
      message: 'No money.',
    });
  });

  test('gets nothing added where it had ended', () => {
    const whole = Buffer.from(RESPONSES_EVENTS.join(''));
    const begun = Buffer.from('event: response.more\ndata: {"type":"resp');
    expect(tapOf('responses', whole).closing(FAILURE)).toHaveLength(0);
    expect(tapOf('responses', Buffer.concat([whole, begun])).closing(FAILURE)).toHaveLength(0);
  });
});

describe('a chat stream cut at any byte', () => {
  const lastReason = CHAT_EVENTS.findIndex((event) => event.includes('"finish_reason":"'));

  test.each(framings)('ends for a reader with the failure, with %s', (_name, frame) => {
    const bytes = Buffer.from(frame(CHAT_EVENTS.slice(0, lastReason).join('')));
    const whole = readSse(bytes);
    const shows = (cut: number): boolean => {
      const events = readSse(closed('chat', bytes.subarray(0, cut)));
      const { error } = parse(events.pop()?.data ?? '');
      return (
        error?.message === SHOWN &&
        error.code === FAILURE.code &&
        isDeepStrictEqual(events, whole.slice(0, events.length))
      );
    };
    expect(wrongCuts(bytes, shows)).toEqual([]);
  });

  test('gets nothing added once every choice has ended', () => {
    const ended = Buffer.from(CHAT_EVENTS.slice(0, lastReason + 1).join(''));
    const rest = Buffer.from(CHAT_EVENTS.slice(lastReason + 1).join(''));
    for (let cut = 0; cut <= rest.length; cut++) {
      const tap = tapOf('chat', Buffer.concat([ended, rest.subarray(0, cut)]));
      expect(tap.closing(FAILURE)).toHaveLength(0);
    }
  });
});

test.each([
  ['no JSON, in a finished line', 'data: {"a":"x\n'],
  ['no JSON, in an unfinished line', 'data: {"a" 1'],
  ['no object', 'data: [1,2'],
  ['an event without data yet', 'event: x\nid: 7\n'],
  ['an event with an empty line of data', 'event: x\ndata'],
])('a stream cut in %s still ends with the failure', (_name, begun) => {
  for (const api of ['chat', 'responses'] as const) {
    const { error, response } = parse(readSse(closed(api, Buffer.from(begun))).at(-1)?.data ?? '');
    expect((error ?? response?.error)?.message).toBe(SHOWN);
  }
});

test('an event that begins after one over the bound is completed like any other', () => {
  const tap = createStreamTap('chat', { maxEventBytes: 100 });
  const chunks = [
    `data: {"a":"${'x'.repeat(200)}`,
    '"}\n\n',
    'data: {"id":"c","choices":[{"delta":{"content":"Hal',
  ];
  for (const chunk of chunks) tap.push(Buffer.from(chunk));
  tap.end();
  const events = readSse(Buffer.concat([Buffer.from(chunks.join('')), tap.closing(FAILURE)]));
  expect(events).toHaveLength(2);
  expect(parse(events[1]?.data ?? '').error?.message).toBe(SHOWN);
});

describe('the openai client, at every byte', () => {
  /** What the client throws, or the type of the last event that it reads. */
  const readWithClient = async (api: Api, bytes: Uint8Array): Promise<unknown> => {
    const body = new Uint8Array(bytes);
    const client = new OpenAI({
      apiKey: 'k',
      maxRetries: 0,
      fetch: async () => new Response(body, { headers: { 'content-type': 'text/event-stream' } }),
    });
    let last: unknown;
    try {
      const stream =
        api === 'chat'
          ? await client.chat.completions.create({ model: 'm', messages: [], stream: true })
          : await client.responses.create({ model: 'm', input: '', stream: true });
      for await (const event of stream) last = event;
    } catch (error) {
      return error;
    }
    return last;
  };

  test('throws the message of a cut chat stream', async () => {
    const bytes = Buffer.from(CHAT_EVENTS.slice(0, 4).join(''));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const error = await readWithClient('chat', closed('chat', bytes.subarray(0, cut)));
      expect(error instanceof OpenAI.APIError && [error.message, error.code]).toEqual([SHOWN, FAILURE.code]);
    }
  });

  test('shows the message of a cut Responses stream', async () => {
    const bytes = Buffer.from(RESPONSES_EVENTS.slice(0, 4).join(''));
    for (let cut = 0; cut <= bytes.length; cut++) {
      const shown = await readWithClient('responses', closed('responses', bytes.subarray(0, cut)));
      const message =
        shown instanceof OpenAI.APIError ? shown.message : (shown as Shown).response?.error?.message;
      expect(message).toBe(SHOWN);
    }
  });
});
