import { describe, expect, test } from 'vitest';
import { type Api, apiOfPath } from '../../../src/sse/answer-summary.ts';
import { collectOutput } from '../../../src/sse/collect/collect-output.ts';
import { createEventReducer } from '../../../src/sse/create-event-reducer.ts';
import { summarizeJsonAnswer } from '../../../src/sse/summarize-json-answer.ts';
import {
  CHAT_EVENTS,
  CHAT_MESSAGE,
  CHAT_SUMMARY,
  chunkOf,
  eventOf,
  RESPONSES_EVENTS,
  RESPONSES_OUTPUT,
  RESPONSES_SUMMARY,
} from '../../support/streams/sample-streams.ts';

const json = (value: unknown): Buffer => Buffer.from(JSON.stringify(value));
const summarize = (value: unknown, api: Api) => summarizeJsonAnswer(json(value), api);
const collect = (body: string, api: Api) => collectOutput(Buffer.from(body), api);

describe('apiOfPath', () => {
  test.each([
    ['/v1/responses', 'responses'],
    ['/responses', 'responses'],
    ['/v1/responses/', 'responses'],
    ['/v1/responses?client_version=1', 'responses'],
    ['/v1/responses/compact', 'responses'],
    ['/v1/chat/completions', 'chat'],
    ['/chat/completions?x=1', 'chat'],
    ['/v1/responses/resp_1', undefined],
    ['/v1/responses/resp_1/cancel', undefined],
    ['/v1/responses/input_tokens', undefined],
    ['/v1/embeddings', undefined],
    ['/v1/chat/completions/chatcmpl-1', undefined],
    ['/v2/responses', undefined],
    ['/x/v1/responses', undefined],
  ])('%s answers in the API %s', (path, api) => {
    expect(apiOfPath(path)).toBe(api);
  });
});

describe('a Responses answer in one piece', () => {
  test.each([
    ['completed', 'completed'],
    ['incomplete', 'incomplete'],
    ['cancelled', 'incomplete'],
    ['failed', 'failed'],
    ['queued', undefined],
    ['in_progress', undefined],
    ['constructor', undefined],
  ])('with status %s has finish %s', (status, finish) => {
    expect(summarize({ id: 'r', status }, 'responses').finish).toBe(finish);
  });

  test('is summarized like its stream', () => {
    const usage = {
      input_tokens: 120,
      input_tokens_details: { cached_tokens: 100 },
      output_tokens: 30,
      output_tokens_details: { reasoning_tokens: 12 },
      total_tokens: 150,
    };
    const response = { id: 'resp_1', model: 'gpt-test', status: 'completed', error: null, usage };
    expect(summarize({ ...response, output: RESPONSES_OUTPUT }, 'responses')).toEqual(RESPONSES_SUMMARY);
  });

  test('from a compaction is complete without a status', () => {
    const compaction = { id: 'c', object: 'response.compaction', output: [{ type: 'compaction' }] };
    expect(summarize(compaction, 'responses')).toEqual({
      finish: 'completed',
      responseId: 'c',
      toolCalls: [],
    });
  });
});

describe('an error in one piece', () => {
  test.each<[string, unknown, { code: string; message: string }]>([
    ["OpenAI's", { error: { message: 'm', type: 't', code: 'c', param: null } }, { code: 'c', message: 'm' }],
    ['one without a code', { error: { message: 'm', type: 't', code: null } }, { code: 't', message: 'm' }],
    ["Google's, in a list", [{ error: { code: 429, message: 'm' } }], { code: '429', message: 'm' }],
    ["ChatGPT's", { detail: 'Unsupported model' }, { code: 'unknown', message: 'Unsupported model' }],
    ['a text', { error: 'model not found' }, { code: 'unknown', message: 'model not found' }],
  ])('%s is read', (_name, body, error) => {
    for (const api of ['responses', 'chat'] as const) {
      expect(summarize(body, api)).toEqual({ finish: 'failed', error, toolCalls: [] });
    }
  });

  test('that is no JSON, or no object, is no answer', () => {
    for (const text of [
      '<html>502</html>',
      '',
      'null',
      '3',
      '"x"',
      '[]',
      '{"usage":7,"choices":{},"output":5}',
    ]) {
      for (const api of ['responses', 'chat'] as const) {
        const summary = summarizeJsonAnswer(Buffer.from(text), api);
        expect(summary.usage ?? summary.error).toBeUndefined();
        expect(summary.toolCalls).toEqual([]);
      }
    }
  });
});

describe('createEventReducer', () => {
  test('reads events that have no name and whose text is text already, as WebSocket frames are', () => {
    const reducer = createEventReducer('responses');
    for (const event of RESPONSES_EVENTS) reducer.apply(undefined, event.slice(event.indexOf('{')).trim());
    expect(reducer.summary).toEqual(RESPONSES_SUMMARY);
    expect([reducer.events, reducer.skippedEvents, reducer.terminal]).toEqual([11, 0, true]);
  });

  test('counts what it cannot read', () => {
    const reducer = createEventReducer('responses');
    reducer.apply(undefined, 'not json');
    expect([reducer.events, reducer.skippedEvents, reducer.terminal]).toEqual([1, 1, false]);
  });
});

describe('collectOutput', () => {
  test('gives the items and messages of whole answers, streamed or not', () => {
    expect(collect(RESPONSES_EVENTS.join(''), 'responses')).toEqual({
      summary: RESPONSES_SUMMARY,
      output: RESPONSES_OUTPUT,
    });
    expect(collect(CHAT_EVENTS.join(''), 'chat')).toEqual({ summary: CHAT_SUMMARY, output: [CHAT_MESSAGE] });
    expect(collect(`\ufeff ${json({ output: RESPONSES_OUTPUT })}`, 'responses').output).toEqual(
      RESPONSES_OUTPUT,
    );
    expect(collectOutput(json({ choices: [{ message: CHAT_MESSAGE }] }), 'chat').output).toEqual([
      CHAT_MESSAGE,
    ]);
  });

  test('rebuilds the items where the final list is empty (LESSONS: response.completed.output is [])', () => {
    const final = eventOf({ type: 'response.completed', response: { output: [] } });
    const body = [...RESPONSES_EVENTS.slice(0, -1), final].join('');
    expect(collect(body, 'responses').output).toEqual(RESPONSES_OUTPUT);
  });

  test('gives of a cut Responses stream what had come', () => {
    expect(collect(RESPONSES_EVENTS.slice(0, 4).join(''), 'responses').output).toEqual([
      expect.objectContaining({
        id: 'msg_1',
        status: 'incomplete',
        content: [{ type: 'output_text', text: 'Grüße – 你好 🎉 ' }],
      }),
    ]);
    const [, call] = collect(RESPONSES_EVENTS.slice(0, 8).join(''), 'responses').output;
    expect(call).toMatchObject({
      name: 'exec_command',
      status: 'incomplete',
      arguments: '{"cmd":["bash","-lc",',
    });
  });

  test('gives of a cut chat stream what had come', () => {
    expect(collect(CHAT_EVENTS.slice(0, 5).join(''), 'chat').output).toEqual([
      {
        role: 'assistant',
        content: 'Grüße 🎉 "name" [DONE] – 你好',
        tool_calls: [
          { id: 'call_1', type: 'function', function: { name: 'weather', arguments: '{"city":' } },
        ],
        status: 'incomplete',
      },
    ]);
  });

  test('makes items of deltas whose item never began (LESSONS: omitted output_item events)', () => {
    const delta = (type: string, at: number, text: string, rest: Record<string, unknown> = {}): string =>
      eventOf({ type: `response.${type}.delta`, output_index: at, delta: text, ...rest });
    const body = [
      delta('reasoning_summary_text', 0, 'think', { summary_index: 0 }),
      delta('reasoning_summary_text', 0, ' more', { summary_index: 1 }),
      delta('output_text', 1, 'text', { content_index: 0 }),
      delta('refusal', 1, 'no', { content_index: 1 }),
      delta('custom_tool_call_input', 2, '*** Begin'),
      delta('custom_tool_call_input', 2, ' Patch'),
      delta('apply_patch_call_operation_diff', 3, '+a'),
      delta('toString', 4, 'x'),
    ].join('');
    expect(collect(body, 'responses').output).toEqual([
      {
        type: 'reasoning',
        status: 'incomplete',
        summary: [
          { type: 'summary_text', text: 'think' },
          { type: 'summary_text', text: ' more' },
        ],
      },
      {
        type: 'message',
        status: 'incomplete',
        content: [
          { type: 'output_text', text: 'text' },
          { type: 'refusal', refusal: 'no' },
        ],
      },
      { type: 'custom_tool_call', status: 'incomplete', input: '*** Begin Patch' },
      { type: 'apply_patch_call', status: 'incomplete', operation: { diff: '+a' } },
    ]);
  });

  test('keeps the choices of a chat apart', () => {
    const chunk = (index: number, content: string, finish_reason: string | null): string =>
      chunkOf({ choices: [{ index, delta: { content }, finish_reason }] });
    const body = [chunk(1, 'b', null), chunk(0, 'a', null), chunk(1, 'b', null), chunk(0, '', 'stop')].join(
      '',
    );
    expect(collect(body, 'chat').output).toEqual([{ content: 'a' }, { content: 'bb', status: 'incomplete' }]);
  });

  test('gives of a JSON body that the log cut off what is there', () => {
    const body = JSON.stringify({ id: 'r', status: 'completed', output: RESPONSES_OUTPUT });
    const { summary, output } = collect(body.slice(0, -12), 'responses');
    expect(summary).toMatchObject({ responseId: 'r', finish: 'incomplete', toolCalls: ['exec_command'] });
    expect(output[0]).toEqual(RESPONSES_OUTPUT[0]);
    expect(output[1]).toMatchObject({ name: 'exec_command', status: 'incomplete' });
  });

  test('is not stretched by indexes from outside', () => {
    const far = { output_index: 1e9, content_index: 1e9, delta: 'x' };
    const responses = collect(eventOf({ type: 'response.output_text.delta', ...far }), 'responses');
    expect(responses.output).toMatchObject([{ content: [{ text: 'x' }] }]);
    const call = { index: 1e9, function: { name: 'f' } };
    const chat = collect(chunkOf({ choices: [{ index: 1e9, delta: { tool_calls: [call] } }] }), 'chat');
    expect(chat.output).toMatchObject([{ tool_calls: [{ function: { name: 'f' } }] }]);
  });

  test('gives nothing of what is no answer', () => {
    for (const body of ['', 'hello', '<html>', '{', '{"output":', 'data: x\n\n', '\0\0']) {
      expect(collect(body, 'responses').output).toEqual([]);
      expect(collect(body, 'chat').output).toEqual([]);
    }
  });
});
