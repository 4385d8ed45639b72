import { describe, expect, it } from 'vitest';
import type { JsonObject } from '../../../src/base/json-object.ts';
import type { Breach } from '../../../src/sse/breach.ts';
import { createStreamTap } from '../../../src/sse/create-stream-tap.ts';
import { isHalfPatch } from '../../../src/sse/half-patch.ts';
import { eventOf, RESPONSES_EVENTS } from '../../support/streams/sample-streams.ts';

const CREATED = { type: 'response.created', response: { id: 'resp_1' } };
const COMPLETED = { type: 'response.completed', response: { id: 'resp_1', status: 'completed' } };
const call = (json: string, members: object = {}) => ({
  type: 'function_call',
  name: 'exec_command',
  call_id: 'call_1',
  arguments: json,
  ...members,
});
const patch = (input: string) => ({
  type: 'custom_tool_call',
  name: 'apply_patch',
  call_id: 'call_2',
  input,
});
const added = (item: object, output_index = 0) => ({
  type: 'response.output_item.added',
  output_index,
  item,
});
const done = (item: object, output_index = 0) => ({ type: 'response.output_item.done', output_index, item });
const delta = (text: string, output_index = 0) => ({
  type: 'response.function_call_arguments.delta',
  output_index,
  delta: text,
});
const finished = (json: string) => ({
  type: 'response.function_call_arguments.done',
  output_index: 0,
  arguments: json,
});
const counted = (...events: readonly JsonObject[]) =>
  events.map((event, sequence_number) => ({ sequence_number, ...event }));

const LS = '{"cmd":"ls"}';

const breachOf = (events: readonly JsonObject[]): Breach | undefined => {
  const tap = createStreamTap('responses');
  for (const event of events) tap.push(Buffer.from(eventOf(event as { type: string })));
  tap.end();
  return tap.breach();
};

describe('a stream of a server that does it in its own way', () => {
  it.each([
    ['has one place for all items', [added(call('')), done(call(LS)), added(patch('')), done(patch('x'))]],
    [
      'begins two calls in one place, then ends both',
      [added(call('')), added(call('', { call_id: 'b' })), done(call(LS)), done(call(LS, { call_id: 'b' }))],
    ],
    ['tells of no item before it is done', [done(call(LS))]],
    ['does a call in another place than it began', [added(call(''), 0), done(call(LS), 1)]],
    [
      'has no ids, and does a call in another place',
      [added(call('', { call_id: undefined }), 0), done(call(LS, { call_id: undefined }), 1)],
    ],
    ['sends the arguments once more at their end', [added(call('')), delta(LS), delta(LS), done(call(LS))]],
    [
      'numbers all of its events with 0',
      [added(call('')), delta('{'), delta(LS), finished(LS), done(call(LS))].map((event) => ({
        ...event,
        sequence_number: 0,
      })),
    ],
    ['calls a tool without arguments', [added(call('')), finished(''), done(call(''))]],
    ['calls the same tool twice alike', [done(call(LS), 0), done(call(LS, { call_id: 'call_2' }), 1)]],
    ['has text about a patch', [done({ type: 'message', content: '*** Begin Patch' })]],
  ])('is no breach where it %s', (_title, events) => {
    expect(breachOf([CREATED, ...events, COMPLETED])).toBeUndefined();
  });

  it('is no breach where a call is cut off and the answer says so', () => {
    const cut = call('{"cmd":"l', { status: 'incomplete' });
    const last = { type: 'response.incomplete', response: { status: 'incomplete', output: [cut] } };
    expect(breachOf([CREATED, added(call('')), done(cut), last])).toBeUndefined();
  });
});

describe('a stream that is no whole answer any more', () => {
  it.each([
    ['ends a call that was cut off', [added(call('')), done(call('{"cmd":"l', { status: 'incomplete' }))]],
    ['tells arguments that are no JSON', [added(call('')), finished('{"cmd":"l')]],
    ['does a call that is no JSON', [done(call('{"cmd":"l'))]],
    ['does half a patch', [done(patch('*** Begin Patch\n*** Add File: a\n+a'))]],
    ['begins a call and loses it', [added(call(''))]],
    ['begins a call and does another', [added(call('')), done(call(LS, { call_id: 'other' }), 1)]],
    ['does a call twice', [done(call(LS)), done(call(LS))]],
    ['begins a call twice', [added(call('')), added(call('')), done(call(LS))]],
    [
      'lost a piece of a call, as its numbers show',
      counted(
        CREATED,
        added(call('')),
        delta('{"cmd":'),
        delta('"l'),
        delta('s"}'),
        done(call(LS)),
      ).toSpliced(3, 1),
    ],
    ['begins again', [added({ type: 'message' }), CREATED]],
  ])('is a breach where it %s', (_title, events) => {
    expect(breachOf([CREATED, ...events, COMPLETED])).toMatchObject({
      code: expect.stringMatching(/^upstream_/),
    });
  });

  it('is a breach where only its last event has a broken call', () => {
    const output = [call('{"cmd":"l')];
    expect(breachOf([CREATED, { ...COMPLETED, response: { output } }])).toMatchObject({
      message: expect.stringContaining(
        "the upstream's call of exec_command has arguments that are not whole",
      ),
    });
  });

  it('is a breach where an event that clients act on is no JSON', () => {
    const tap = createStreamTap('responses');
    const event = eventOf(done(call(LS)));
    expect(tap.admit(Buffer.from(`${eventOf(CREATED)}${event.slice(0, -10)}\n\n`))).toBe(
      eventOf(CREATED).length,
    );
    expect(tap.breach()).toMatchObject({ code: 'upstream_answer_unreadable' });
  });

  it('closes so that an event whose blank line alone was missing is not read', () => {
    const bad = eventOf(done(call('{"cmd":"l')));
    for (const kept of [1, 2]) {
      const tap = createStreamTap('responses');
      const [begun, rest] = [bad.slice(0, -kept), bad.slice(-kept)];
      expect(tap.admit(Buffer.from(begun))).toBe(begun.length);
      expect(tap.admit(Buffer.from(rest))).toBe(0);
      tap.end();
      const left = begun + tap.closing({ code: 'x', message: 'broken', atMs: 0 }).toString();
      const events = left.split('\n\n').filter((text) => text !== '');
      expect(events).toHaveLength(2);
      const data = (events[0] ?? '').split('\n').flatMap((line) => /^data: ?(.*)/.exec(line)?.[1] ?? []);
      expect(() => JSON.parse(data.join('\n'))).toThrow();
      expect(events[1]).toContain('response.failed');
    }
  });

  it('is read no further', () => {
    const tap = createStreamTap('responses');
    tap.push(Buffer.from(eventOf(done(call('{')))));
    tap.push(Buffer.from(eventOf(COMPLETED)));
    tap.end();
    expect(tap.terminal).toBe(false);
    expect(tap.summary.finish).toBeUndefined();
  });
});

it('passes a stream on in one piece where its chunks are events, and only looks at what clients act on first', () => {
  const tap = createStreamTap('responses');
  const first = RESPONSES_EVENTS.map((event) => {
    const chunk = Buffer.from(event);
    const must = tap.mustAdmit(chunk);
    if (must) expect(tap.admit(chunk)).toBe(chunk.length);
    else tap.push(chunk);
    return must;
  });
  expect(first).toEqual(RESPONSES_EVENTS.map((event) => /\.(?:created|done|completed)"/.test(event)));
  expect(tap.terminal).toBe(true);
});

describe('half a patch', () => {
  const WHOLE = '*** Begin Patch\n*** Add File: a\n+a\n*** End Patch';
  it.each([
    ['a patch', WHOLE, false],
    ['a patch among white space', `\n ${WHOLE}\n`, false],
    ['a patch without its last line', '*** Begin Patch\n*** Add File: a\n+a', true],
    ['a patch with half of its last line', '*** Begin Patch\n*** Add File: a\n+a\n*** End Pa', true],
    ['another input', 'ls', false],
    ['nothing', '', false],
    ['a script with a patch', `await tools.apply_patch(${JSON.stringify(WHOLE)});`, false],
    ['a script whose patch breaks off', 'await tools.apply_patch("*** Begin Patch\\n*** Add File: a', true],
    [
      'a script whose second patch breaks off',
      `apply_patch(\`${WHOLE}\`); apply_patch(\`*** Begin Patch\n`,
      true,
    ],
    ['a script that looks for patches', 'tools.exec_command({cmd: "rg \'*** Begin Patch\'"})', false],
    ['a script that joins one', 'const p = "*** Begin Patch\\n" + body + end; apply_patch(p)', false],
  ])('is told from %s', (_title, input, isHalf) => {
    expect(isHalfPatch(input)).toBe(isHalf);
  });
});
