import { describe, expect, test } from 'vitest';
import type { AnswerSummary, Api } from '../../../src/sse/answer-summary.ts';
import { type AnswerTap, createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import {
  CHAT_EVENTS,
  CHAT_SUMMARY,
  chunkOf,
  eventOf,
  MESSAGES_EVENTS,
  MESSAGES_SUMMARY,
  RESPONSES_EVENTS,
  RESPONSES_SUMMARY,
} from '../../support/streams/sample-streams.ts';

const read = (api: Api, ...chunks: ReadonlyArray<string | Uint8Array>): AnswerTap => {
  const tap = createStreamTap(api);
  for (const chunk of chunks) tap.push(typeof chunk === 'string' ? Buffer.from(chunk) : chunk);
  tap.end();
  return tap;
};
const summaryOf = (api: Api, ...chunks: readonly string[]): AnswerSummary => read(api, ...chunks).summary;

const SAMPLES = [
  { api: 'responses', text: RESPONSES_EVENTS.join(''), summary: RESPONSES_SUMMARY, events: 11 },
  { api: 'chat', text: CHAT_EVENTS.join(''), summary: CHAT_SUMMARY, events: 10 },
  { api: 'messages', text: MESSAGES_EVENTS.join(''), summary: MESSAGES_SUMMARY, events: 17 },
] as const;

const COMPLETED = eventOf({
  type: 'response.completed',
  response: { id: 'resp_9', model: 'real', usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 } },
});
const delta = (text: string): string =>
  eventOf({ type: 'response.output_text.delta', output_index: 0, content_index: 0, delta: text });

describe.each(SAMPLES)('of $api', ({ api, text, summary, events }) => {
  const framings = {
    'LF line ends': text,
    'CRLF line ends': text.replaceAll('\n', '\r\n'),
    'CR line ends': text.replaceAll('\n', '\r'),
    'a byte order mark': `\ufeff${text}`,
    'comments, ids and unknown fields': `: hello\n\nretry: 10\nid: 7\nfoo: bar\n${text}: bye\n\n`,
    'no space after the colon': text.replaceAll('data: {', 'data:{').replaceAll('event: ', 'event:'),
    'no event names': text.replace(/^event: .*\n/gm, ''),
    'data in several lines': text.replace(/,(?="[a-z_]+":)/g, '\ndata: ,'),
  };
  test.each(Object.entries(framings))('reads a stream with %s at every split point', (_name, framed) => {
    const bytes = Buffer.from(framed);
    const wrong: number[] = [];
    for (let at = 0; at <= bytes.length; at++) {
      const tap = read(api, bytes.subarray(0, at), bytes.subarray(at));
      const isRight =
        tap.events === events && tap.terminal && tap.skippedEvents === 0 && tap.closing(FAILURE).length === 0;
      if (!isRight || JSON.stringify(sorted(tap.summary)) !== JSON.stringify(sorted(summary))) wrong.push(at);
    }
    expect(wrong).toEqual([]);
  });

  test('reads a stream that comes byte by byte', () => {
    const tap = read(api, ...Array.from(Buffer.from(text), (byte) => Uint8Array.of(byte)));
    expect(tap.summary).toEqual(summary);
    expect(tap.events).toBe(events);
  });
});

const FAILURE = { code: 'upstream_stream_truncated', message: 'cut', atMs: 0 };
const sorted = (summary: object): unknown =>
  Object.fromEntries(Object.entries(summary).sort(([left], [right]) => left.localeCompare(right)));

test('tells model and response id as soon as the first event has come', () => {
  const tap = createStreamTap('responses');
  tap.push(Buffer.from(RESPONSES_EVENTS[0] ?? ''));
  expect(tap.summary).toEqual({ model: 'gpt-test', responseId: 'resp_1', toolCalls: [] });
  expect(tap.terminal).toBe(false);
});

describe('the terminal event of Responses', () => {
  test.each([
    ['response.completed', 'completed'],
    ['response.incomplete', 'incomplete'],
    ['response.failed', 'failed'],
  ] as const)('%s gives finish %s', (type, finish) => {
    const tap = read('responses', eventOf({ type, response: { id: 'r' } }));
    expect(tap.summary).toMatchObject({ finish, responseId: 'r' });
    expect(tap.terminal).toBe(true);
  });

  test('is read at 20 MB, in pieces (LESSONS: observers that discard events over 256 KB)', () => {
    const output = [{ type: 'message', content: [{ type: 'output_text', text: 'ü'.repeat(10 * 2 ** 20) }] }];
    const response = { id: 'resp_big', model: 'm', output, usage: { input_tokens: 5 } };
    const bytes = Buffer.from(eventOf({ type: 'response.completed', response }));
    expect(bytes.length).toBeGreaterThan(20 * 2 ** 20);
    const tap = createStreamTap('responses');
    for (let at = 0; at < bytes.length; at += 65_537) tap.push(bytes.subarray(at, at + 65_537));
    tap.end();
    expect(tap.summary).toEqual({
      finish: 'completed',
      responseId: 'resp_big',
      model: 'm',
      usage: { inputTokens: 5 },
      toolCalls: [],
    });
  });

  test('counts once: what comes after the first one changes nothing', () => {
    const later = eventOf({ type: 'response.failed', response: { id: 'later', error: { message: 'no' } } });
    const tap = read('responses', COMPLETED, later);
    expect(tap.summary).toMatchObject({ finish: 'completed', responseId: 'resp_9' });
    expect(tap.summary.error).toBeUndefined();
    expect(tap.events).toBe(2);
  });

  test.each([
    ['the text of an event', 'event: response.completed\ndata: {"type":"response.completed"}\n\n'],
    ['its JSON', '{"type":"response.completed","response":{"id":"fake","usage":{"input_tokens":1}}}'],
    ['the end mark of chat', '[DONE]\n\ndata: [DONE]\n\n'],
  ])('is not mistaken for %s in what the model writes', (_name, text) => {
    const tap = read('responses', delta(text), delta(`\n\n${text}`));
    expect(tap.summary).toEqual({ toolCalls: [] });
    expect(tap.terminal).toBe(false);
    expect(tap.events).toBe(2);
  });

  test('is known by the type in its data, whatever name the event has', () => {
    const data = COMPLETED.slice(COMPLETED.indexOf('data:'));
    for (const name of ['', 'event: message\n', 'event: response.output_text.delta\n']) {
      expect(read('responses', name + data).terminal).toBe(true);
    }
    expect(read('responses', `event: response.completed\n${delta('x').slice(34)}`).terminal).toBe(false);
  });

  test('is found where the type does not stand first in the data', () => {
    const data = '{"response":{"id":"late"},"sequence_number":3,"type":"response.completed"}';
    expect(summaryOf('responses', `data: ${data}\n\n`).responseId).toBe('late');
    expect(summaryOf('responses', `event: response.completed\ndata: ${data}\n\n`).responseId).toBe('late');
  });

  test('is read without its blank line, and the client is given that', () => {
    const lineEnds = { '\n\n': '', '\n': '\n', '': '\n\n', '\r\n': '\n', '\r': '\n\n', '\r\r': '' };
    for (const [ending, missing] of Object.entries(lineEnds)) {
      const tap = read('responses', RESPONSES_EVENTS.join('').trimEnd() + ending);
      expect(tap.summary).toEqual(RESPONSES_SUMMARY);
      expect(tap.terminal).toBe(true);
      expect(tap.closing(FAILURE).toString()).toBe(missing);
    }
  });
});

describe('errors of Responses', () => {
  const error = { type: 'insufficient_quota', code: 'insufficient_quota', message: 'No money.', param: null };

  test.each([
    ['nested, as OpenAI sends it', { type: 'error', error }],
    ['flat, as OpenAI describes it', { type: 'error', code: 'insufficient_quota', message: 'No money.' }],
  ])('an error event that is %s says why, and is not the last word', (_name, data) => {
    const tap = read('responses', eventOf(data));
    expect(tap.summary).toMatchObject({
      finish: 'failed',
      error: { code: 'insufficient_quota', message: 'No money.' },
    });
    expect(tap.terminal).toBe(false);
  });

  test('an object with nothing but an error is one too', () => {
    const tap = read('responses', chunkOf({ error: { message: 'broken', type: 'server_error' } }));
    expect(tap.summary).toMatchObject({
      finish: 'failed',
      error: { code: 'server_error', message: 'broken' },
    });
  });

  test('[DONE] alone does not end a Responses stream', () => {
    expect(read('responses', delta('x'), 'data: [DONE]\n\n').terminal).toBe(false);
  });
});

describe('tool calls of Responses', () => {
  const added = (index: number, item: Record<string, unknown>): string =>
    eventOf({ type: 'response.output_item.added', output_index: index, item });
  const done = (index: number, item: Record<string, unknown>): string =>
    eventOf({ type: 'response.output_item.done', output_index: index, item });

  test('are named by the function, or by their kind where they have no name', () => {
    const items = [
      { type: 'reasoning' },
      { type: 'function_call', name: 'exec_command' },
      { type: 'custom_tool_call', name: 'apply_patch' },
      { type: 'local_shell_call' },
      { type: 'web_search_call' },
      { type: 'apply_patch_call' },
      { type: 'mcp_call', name: 'lookup', server_label: 's' },
      { type: 'mcp_list_tools' },
      { type: 'function_call_output', name: 'no' },
    ];
    const events = items.flatMap((item, index) => [added(index, item), done(index, item)]);
    expect(summaryOf('responses', ...events).toolCalls).toEqual([
      'exec_command',
      'apply_patch',
      'local_shell',
      'web_search',
      'apply_patch',
      'lookup',
    ]);
  });

  test('stay where the final response has an empty output (LESSONS: response.completed.output is [])', () => {
    const final = eventOf({ type: 'response.completed', response: { id: 'r', output: [] } });
    const summary = summaryOf('responses', done(0, { type: 'function_call', name: 'a' }), final);
    expect(summary.toolCalls).toEqual(['a']);
  });

  test('are taken from the final response where no item events came', () => {
    const output = [{ type: 'function_call', name: 'a' }, { type: 'message' }, { type: 'shell_call' }];
    const summary = summaryOf('responses', eventOf({ type: 'response.completed', response: { output } }));
    expect(summary.toolCalls).toEqual(['a', 'shell']);
  });

  test('are counted once where the events carry no index', () => {
    const item = { id: 'fc_1', type: 'function_call', name: 'a' };
    const events = ['response.output_item.added', 'response.output_item.done'].map((type) =>
      eventOf({ type, item }),
    );
    expect(summaryOf('responses', ...events).toolCalls).toEqual(['a']);
  });

  describe('of scripts in code mode', () => {
    const script = (input: string, more: Record<string, unknown> = {}) => ({
      ...{ type: 'custom_tool_call', name: 'exec', input, namespace: 'functions' },
      ...more,
    });
    const ONE = script('text(await tools.exec_command({ cmd: "ls" })); await tools.apply_patch("…");');
    const TWO = script('await tools.exec_command({ cmd: "cat" });', { namespace: 'other' });

    test('are told of beside the calls that run the scripts, once for each script', () => {
      const events = [
        added(0, { ...ONE, input: '' }),
        done(0, ONE),
        added(1, { ...TWO, input: '' }),
        done(1, TWO),
      ];
      const calls = {
        toolCalls: ['exec', 'exec'],
        scriptCalls: ['exec_command', 'apply_patch', 'exec_command'],
      };
      expect(summaryOf('responses', ...events)).toMatchObject(calls);
      const full = eventOf({ type: 'response.completed', response: { id: 'r', output: [ONE, TWO] } });
      expect(summaryOf('responses', ...events, full)).toMatchObject(calls);
      expect(summaryOf('responses', full)).toMatchObject(calls);
      const empty = eventOf({ type: 'response.completed', response: { id: 'r', output: [] } });
      expect(summaryOf('responses', ...events, empty)).toMatchObject(calls);
    });

    test.each([
      ['has begun', added(0, ONE)],
      ['calls nothing', done(0, script('text("tools.exec_command()")'))],
      ['is no script', done(0, script('tools.exec_command()', { name: 'apply_patch' }))],
      ['is arguments of a function', done(0, { ...ONE, type: 'function_call' })],
      ['is no text', done(0, { ...ONE, input: 5 })],
    ])('are none of one that %s', (_name, event) => {
      expect(summaryOf('responses', event)).not.toHaveProperty('scriptCalls');
    });

    test('are bounded, of however many scripts', () => {
      const many = script('tools.a();'.repeat(200));
      const events = Array.from({ length: 20 }, (_, index) => done(index, many));
      expect(summaryOf('responses', ...events).scriptCalls).toHaveLength(1024);
    });
  });
});

describe('chat', () => {
  const chunk = (finishReason: string | null, index = 0, rest: Record<string, unknown> = {}): string =>
    chunkOf({ id: 'c', model: 'm', choices: [{ index, delta: {}, finish_reason: finishReason }], ...rest });

  test.each([
    ['stop', 'completed'],
    ['tool_calls', 'completed'],
    ['function_call', 'completed'],
    ['length', 'incomplete'],
    ['content_filter', 'incomplete'],
    ['error', 'failed'],
  ])('finish_reason %s gives finish %s', (reason, finish) => {
    expect(summaryOf('chat', chunk(null), chunk(reason)).finish).toBe(finish);
  });

  test('has ended when every choice has said so, with or without [DONE]', () => {
    expect(read('chat', chunk(null), chunk('stop')).terminal).toBe(true);
    expect(read('chat', chunk(null), chunk(null, 1), chunk('stop')).terminal).toBe(false);
    const both = read('chat', chunk(null), chunk(null, 1), chunk('stop'), chunk('length', 1));
    expect(both.terminal).toBe(true);
    expect(both.summary.finish).toBe('incomplete');
    expect(read('chat', chunk('stop'), chunk(null)).terminal).toBe(true);
    expect(read('chat', chunk(null)).terminal).toBe(false);
  });

  test('[DONE] alone is an end', () => {
    const tap = read('chat', 'data: [DONE]\n\n');
    expect(tap.terminal).toBe(true);
    expect(tap.summary).toEqual({ finish: 'completed', toolCalls: [] });
  });

  test('an error in mid-stream is the last word', () => {
    const tap = read('chat', chunk(null), chunkOf({ error: { code: 502, message: 'overloaded' } }));
    expect(tap.summary).toMatchObject({ finish: 'failed', error: { code: '502', message: 'overloaded' } });
    expect(tap.terminal).toBe(true);
  });

  test('finds what it looks for in JSON with spaces', () => {
    const spaced = (data: Record<string, unknown>): string =>
      `data: ${JSON.stringify(data, null, 1).replaceAll('\n', ' ').replaceAll('":', '" : ')}\n\n`;
    const tap = read(
      'chat',
      spaced({ id: 'c', model: 'm', choices: [{ index: 0, delta: {}, finish_reason: null }] }),
      spaced({ choices: [{ index: 0, delta: {}, finish_reason: 'length' }] }),
      spaced({ choices: [], usage: { prompt_tokens: 3 } }),
    );
    expect(tap.summary).toMatchObject({ finish: 'incomplete', usage: { inputTokens: 3 } });
  });

  test('takes the model from a later chunk where the first has none, as on Azure', () => {
    const first = chunkOf({ model: '', choices: [], prompt_filter_results: [] });
    expect(summaryOf('chat', first, chunk(null)).model).toBe('m');
  });

  test('names the legacy function_call and custom tools', () => {
    const withDelta = (delta: Record<string, unknown>): string => chunkOf({ choices: [{ index: 0, delta }] });
    const summary = summaryOf(
      'chat',
      withDelta({ function_call: { name: 'old', arguments: '' } }),
      withDelta({ tool_calls: [{ index: 0, type: 'custom', custom: { name: 'patch', input: '' } }] }),
    );
    expect(summary.toolCalls).toEqual(['old', 'patch']);
  });
});

describe('what cannot be read', () => {
  const tooBig = (text: string): string => eventOf({ type: 'response.created', big: text });

  test.each([1, 7, 64, 1000])('an event over the bound is skipped and counted, in chunks of %d', (size) => {
    for (const lineEnd of ['\n', '\r\n', '\r']) {
      const text = [delta('a'), tooBig('é'.repeat(5000)), delta('b'), COMPLETED].join('');
      const bytes = Buffer.from(text.replaceAll('\n', lineEnd));
      const tap = createStreamTap('responses', { maxEventBytes: 512 });
      for (let at = 0; at < bytes.length; at += size) tap.push(bytes.subarray(at, at + size));
      tap.end();
      expect([tap.skippedEvents, tap.events]).toEqual([1, 3]);
      expect(tap.summary).toMatchObject({ finish: 'completed', responseId: 'resp_9' });
    }
  });

  test('many small events and comments do not add up to the bound', () => {
    const tap = createStreamTap('responses', { maxEventBytes: 512 });
    for (let n = 0; n < 200; n++) {
      tap.push(Buffer.from(n % 2 ? ': keep-alive' : delta('x')));
      tap.push(Buffer.from('\n\n'));
    }
    tap.push(Buffer.from(COMPLETED));
    expect([tap.skippedEvents, tap.terminal]).toEqual([0, true]);
  });

  test('an event that is no JSON is counted, and the next one read', () => {
    const tap = read(
      'responses',
      'event: response.completed\ndata: {"type":\n\n',
      'data: ping\n\n',
      COMPLETED,
    );
    expect([tap.skippedEvents, tap.terminal]).toEqual([2, true]);
  });

  test('bytes that are no text, and no bytes at all, give an empty summary', () => {
    for (const bytes of [Buffer.alloc(0), Buffer.from([0xef, 0xbb]), Buffer.from([0xff, 0, 13, 13, 10])]) {
      const tap = read('responses', bytes);
      expect(tap.summary).toEqual({ toolCalls: [] });
      expect(tap.events).toBe(0);
    }
  });
});
