import { describe, expect, it } from 'vitest';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { readSse } from '../../support/streams/read-sse.ts';

const eventOf = (event: { readonly type: string }): string =>
  `event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`;
const START = { type: 'message_start', message: { id: 'msg_1', usage: { input_tokens: 1 } } };
const STOP = { type: 'message_stop' };
const begin = (index: number, content_block: object) => ({
  type: 'content_block_start',
  index,
  content_block,
});
const call = (id: string, type = 'tool_use') => ({ type, id, name: 'Bash', input: {} });
const input = (index: number, partial_json: string) => ({
  type: 'content_block_delta',
  index,
  delta: { type: 'input_json_delta', partial_json },
});
const end = (index: number) => ({ type: 'content_block_stop', index });
const because = (stop_reason: string) => ({ type: 'message_delta', delta: { stop_reason } });
const whole = (index: number, id: string) => [begin(index, call(id)), input(index, '{}'), end(index)];

/** The bytes that may leave, when each of these pieces arrives alone. */
const passed = (pieces: readonly string[]) => {
  const tap = createStreamTap('messages');
  let left = '';
  for (const piece of pieces) {
    const chunk = Buffer.from(piece);
    if (tap.breach() !== undefined) break;
    if (tap.mustAdmit(chunk)) left += piece.slice(0, tap.admit(chunk));
    else {
      left += piece;
      tap.push(chunk);
    }
  }
  tap.end();
  return { left, tap };
};

const TOLD = { 1: 'byte by byte', 7: 'in pieces of 7 bytes', 100000: 'in one piece' };
const SIZES = Object.entries(TOLD).map(([size, how]) => ({ size: Number(size), how }));

const inPieces = (text: string, size: number): string[] =>
  Array.from({ length: Math.ceil(text.length / size) }, (_, at) => text.slice(at * size, (at + 1) * size));

describe.each(SIZES)('a Messages stream that arrives $how', ({ size }) => {
  it.each([
    ['calls twice', [...whole(0, 'a'), ...whole(1, 'b'), because('tool_use')]],
    ['calls without ids', [...whole(0, ''), ...whole(1, ''), because('tool_use')]],
    ['begins two calls before it ends them', [begin(0, call('a')), begin(1, call('b')), end(0), end(1)]],
    ['has one index for all blocks', [...whole(0, 'a'), ...whole(0, 'b')]],
    [
      'is cut off in its call by a limit',
      [begin(0, call('a')), input(0, '{"c'), end(0), because('max_tokens')],
    ],
    [
      'has its result beside a call of the server',
      [begin(0, call('s', 'server_tool_use')), end(0), begin(1, { type: 'web_search_tool_result' }), end(1)],
    ],
    ['leaves its text open', [begin(0, { type: 'text', text: '' })]],
  ])('passes where it %s', (_title, events) => {
    const text = [START, ...events, STOP].map(eventOf).join('');
    const { left, tap } = passed(inPieces(text, size));
    expect(left).toBe(text);
    expect([tap.breach(), tap.terminal]).toEqual([undefined, true]);
  });

  it.each([
    ['begins again', 'upstream_stream_restarted', whole(0, 'a'), START],
    [
      'begins a call twice in one place',
      'upstream_answer_unreadable',
      [begin(0, call('a'))],
      begin(0, call('b')),
    ],
    ['makes one call twice', 'upstream_answer_unreadable', whole(0, 'a'), begin(1, call('a'))],
    ['stops within a call', 'upstream_answer_unreadable', [begin(0, call('a')), because('tool_use')], STOP],
  ])('ends before the event where it %s', (_title, code, before, breaking) => {
    const good = [START, ...before].map(eventOf).join('');
    const { left, tap } = passed(inPieces(`${good}${eventOf(breaking)}${eventOf(STOP)}`, size));
    expect(tap.breach()?.code).toBe(code);
    expect(tap.terminal).toBe(false);
    const failure = { code, message: 'it broke', atMs: 0 };
    const told = left + tap.closing(failure).toString();
    expect(told.startsWith(good)).toBe(true);
    const types = readSse(Buffer.from(told)).flatMap(({ name, data }) =>
      name === 'ping' ? [] : [JSON.parse(data).type],
    );
    expect(types.splice(0, before.length + 1)).toEqual([START, ...before].map(({ type }) => type));
    // An event that had begun to leave is completed into a failure, too.
    expect(new Set(types)).toEqual(new Set(['error']));
  });
});
