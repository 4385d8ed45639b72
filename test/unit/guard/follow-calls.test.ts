import { describe, expect, it } from 'vitest';
import { createCallFollower } from '../../../src/guard/runaway/follow-calls.ts';
import { scanMembers } from '../../../src/json/scan-members.ts';

let ids = 0;

const scene = () => {
  const follower = createCallFollower();
  const follow = (body: object) => {
    const bytes = Buffer.from(JSON.stringify({ type: 'response.create', ...body }));
    return follower.follow(bytes, scanMembers(bytes) ?? new Map());
  };
  const call = (item: object): string => {
    const call_id = `call_${++ids}`;
    const event = { type: 'response.output_item.done', output_index: 0, item: { ...item, call_id } };
    follower.hear(Buffer.from(JSON.stringify(event)));
    return call_id;
  };
  const answer = (
    results: readonly (readonly [id: string, output: string])[],
    more: readonly object[] = [],
  ) =>
    follow({
      previous_response_id: 'resp_1',
      input: [
        ...results.map(([call_id, output]) => ({ type: 'function_call_output', call_id, output })),
        ...more,
      ],
    });
  return { follow, call, answer };
};

const TEST_RUN = { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"npm test"}' };
const USER = { type: 'message', role: 'user', content: 'Again.' };

describe('calls whose results come one request after the other', () => {
  it('are counted while call and result are the same', () => {
    const { call, answer } = scene();
    const told = [1, 2, 3].map((time) => answer([[call(TEST_RUN), `Wall time: ${time} seconds\n1 failed`]]));
    expect(told).toEqual([undefined, { tool: 'exec_command', count: 2 }, { tool: 'exec_command', count: 3 }]);
  });

  it.each([
    ['another result', TEST_RUN, '2 failed', []],
    ['another call', { ...TEST_RUN, arguments: '{"cmd":"ls"}' }, '1 failed', []],
    ['a word of the user behind it', TEST_RUN, '1 failed', [USER]],
  ])('begin anew with %s', (_title, item, output, more) => {
    const { call, answer } = scene();
    for (const _ of [1, 2]) answer([[call(TEST_RUN), '1 failed']]);
    expect(answer([[call(item), output]], more)).toBeUndefined();
  });

  it('are counted in the order in which they were made at once', () => {
    const { call, answer } = scene();
    const [first, second, other] = [call(TEST_RUN), call(TEST_RUN), call({ ...TEST_RUN, name: 'ls' })];
    expect(
      answer([
        [first, 'no'],
        [second, 'no'],
        [other, 'no'],
      ]),
    ).toBeUndefined();
    expect(answer([[call({ ...TEST_RUN, name: 'ls' }), 'no']])).toEqual({ tool: 'ls', count: 2 });
  });

  it('go on from what a request tells whole', () => {
    const { follow, call, answer } = scene();
    const input = [1, 2].flatMap((time) => [
      { ...TEST_RUN, call_id: `${time}` },
      { type: 'function_call_output', call_id: `${time}`, output: 'no' },
    ]);
    expect(follow({ input: [USER, ...input] })).toEqual({ tool: 'exec_command', count: 2 });
    expect(answer([[call(TEST_RUN), 'no']])).toEqual({ tool: 'exec_command', count: 3 });
    // Whoever begins anew has forgotten the rest.
    expect(follow({ input: [USER] })).toBeUndefined();
    expect(answer([[call(TEST_RUN), 'no']])).toBeUndefined();
  });

  it('are passed over where they are longer than simple ones, or no answer had them', () => {
    const { call, answer } = scene();
    const long = { ...TEST_RUN, arguments: 'x'.repeat(16 * 1024 + 1) };
    expect([1, 2].map(() => answer([[call(long), 'no']]))).toEqual([undefined, undefined]);
    expect([1, 2].map(() => answer([['call_of_nobody', 'no']]))).toEqual([undefined, undefined]);
    const allowed = { ...TEST_RUN, arguments: 'x'.repeat(16 * 1024) };
    expect([1, 2].map(() => answer([[call(allowed), 'no']]))[1]).toMatchObject({ count: 2 });
  });
});
