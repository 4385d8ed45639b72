import { expect, it } from 'vitest';
import { collectChatMessages } from '../../../src/sse/collect/collect-chat-messages.ts';

const callsOf = (...deltas: readonly (readonly object[])[]): unknown => {
  const collector = collectChatMessages();
  for (const tool_calls of deltas) collector.apply({ choices: [{ index: 0, delta: { tool_calls } }] });
  const [message] = collector.output('completed');
  return (message as { tool_calls?: unknown }).tool_calls;
};

const named = (index: number | undefined, id: string, name: string, args = '') => ({
  ...(index !== undefined && { index }),
  id,
  type: 'function',
  function: { name, arguments: args },
});
const more = (index: number | undefined, args: string, id?: string) => ({
  ...(index !== undefined && { index }),
  ...(id !== undefined && { id }),
  function: { arguments: args },
});
const call = (id: string, name: string, args: string) => ({
  id,
  type: 'function',
  function: { name, arguments: args },
});

it('K1: joins the pieces of calls that come side by side', () => {
  expect(
    callsOf([named(0, 'a', 'f')], [named(1, 'b', 'g')], [more(1, '{"y":')], [more(0, '{}')], [more(1, '2}')]),
  ).toEqual([call('a', 'f', '{}'), call('b', 'g', '{"y":2}')]);
});

it('K1: keeps two named calls under one index apart', () => {
  const apart = [call('a', 'f', '{"x":1}'), call('b', 'g', '{}')];
  expect(callsOf([named(0, 'a', 'f', '{"x":1}')], [named(0, 'b', 'g')], [more(0, '{}')])).toEqual(apart);
  expect(callsOf([named(0, 'a', 'f', '{"x":1}'), named(0, 'b', 'g', '{}')])).toEqual(apart);
  const custom = (id: string, input: string) => ({
    index: 0,
    id,
    type: 'custom',
    custom: { name: 'p', input },
  });
  expect(callsOf([custom('a', 'one')], [custom('b', 'two')])).toHaveLength(2);
});

it('K1: takes a call whose id changes with each piece for one', () => {
  const pieces = callsOf([named(0, 'a', 'f')], [more(0, '{"x"', 'b')], [more(0, ':1}', 'c')]);
  expect(pieces).toMatchObject([{ function: { name: 'f', arguments: '{"x":1}' } }]);
});

it('K1: takes a call whose id and name are repeated for one', () => {
  expect(callsOf([named(0, 'a', 'f', '{"x"')], [named(0, 'a', 'f', ':1}')])).toMatchObject([
    { id: 'a', function: { arguments: '{"x":1}' } },
  ]);
});

it('goes by the place where a piece has no index, and is not stretched by one that is far away', () => {
  expect(callsOf([named(undefined, 'a', 'f'), named(undefined, 'b', 'g')])).toHaveLength(2);
  const far = callsOf([named(1e9, 'a', 'f')], [more(1e9, '{}')], [named(-5, 'b', 'g')]);
  expect(far).toEqual([call('a', 'f', '{}'), call('b', 'g', '')]);
});
