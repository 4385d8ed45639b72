import fc from 'fast-check';
import { expect, it } from 'vitest';
import type { Ask, AskItem } from '../../../../src/translate/ask.ts';
import { createPromptCache } from '../../../support/anthropic/prompt-cache.ts';
import { writeChecked } from '../../../support/anthropic/write-checked.ts';

const say = (role: 'system' | 'user' | 'assistant', text: string): AskItem => ({
  kind: 'message',
  role,
  parts: [{ kind: 'text', text }],
});
const tool: Ask['tools'][number] = {
  kind: 'function',
  name: 'run',
  description: 'Runs a command. '.repeat(200),
  parameters: { type: 'object', properties: { command: { type: 'string' } } },
};
const RULES = say('system', 'Follow the rules of the house. '.repeat(400));

/** A turn of an agent: so many calls at once, and their results. */
const work = (turn: number, calls: number): AskItem[] => {
  const ids = Array.from({ length: calls }, (_, call) => `c${turn}_${call}`);
  return [
    ...ids.map((callId): AskItem => ({ kind: 'call', callId, name: 'run', json: `{"command":"${callId}"}` })),
    ...ids.map(
      (callId): AskItem => ({
        kind: 'result',
        callId,
        parts: [{ kind: 'text', text: `what ${callId} printed, `.repeat(30) }],
      }),
    ),
  ];
};

const marksOf = (value: unknown): number => JSON.stringify(value).match(/"cache_control"/g)?.length ?? 0;
const plainOf = (value: unknown): string =>
  JSON.stringify(value, (name, member) => (name === 'cache_control' ? undefined : member));

/** Twenty requests of one conversation, each with one turn more. */
const growing = (callsOf: (turn: number) => number) =>
  Array.from({ length: 20 }, (_, turn) =>
    writeChecked({
      items: [
        RULES,
        say('user', 'Mend it.'),
        ...Array.from({ length: turn }, (__, before) => work(before, callsOf(before))).flat(),
      ],
      tools: [tool],
    }),
  );

it('reads from the cache all that an earlier request had, over twenty turns of one to thirty calls', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 20, maxLength: 20 }), (calls) => {
      const cache = createPromptCache(512);
      let before = { total: 0, messages: '' };
      for (const { body } of growing((turn) => calls[turn] ?? 1)) {
        expect(marksOf(body)).toBeLessThanOrEqual(4);
        const messages = plainOf(body.messages);
        // Byte for byte, without the bracket that ends the list.
        expect(messages.startsWith(before.messages.slice(0, -1))).toBe(true);
        const usage = cache.use(body);
        expect(usage).toMatchObject({ input_tokens: 0, cache_read_input_tokens: before.total });
        before = { messages, total: usage.cache_read_input_tokens + usage.cache_creation_input_tokens };
      }
    }),
    { numRuns: 5 },
  );
});

it('finds an earlier end again when the client goes back in the conversation', () => {
  const cache = createPromptCache(512);
  const bodies = growing(() => 12).map(({ body }) => body);
  for (const body of bodies.slice(0, 10)) cache.use(body);
  const length = cache.use(bodies[5] as (typeof bodies)[number]);
  expect(length).toMatchObject({ input_tokens: 0, cache_creation_input_tokens: 0 });
});

it('marks nothing in a prompt that is too short, by what the model caches at least', () => {
  const items = [
    say('system', 'word '.repeat(1200)),
    say('user', 'a'),
    say('assistant', 'b'),
    say('user', 'c'),
  ];
  expect(marksOf(writeChecked({ items: items.slice(1), tools: [] }).body)).toBe(0);
  expect(marksOf(writeChecked({ model: 'claude-opus-4-5', items }).body)).toBe(0);
  expect(marksOf(writeChecked({ model: 'claude-sonnet-4-6', items }).body)).toBe(3);
});

it('marks only what others may share where a conversation is not going on', () => {
  const { body } = writeChecked({ items: [RULES, say('user', 'Which language is this?')] });
  expect(marksOf(body.system)).toBe(1);
  expect(marksOf(body.messages)).toBe(0);
  const named = writeChecked({ items: [RULES, say('user', 'Hi')], cacheKey: 'session' });
  expect(marksOf(named.body.messages)).toBe(1);
});

it('marks nothing where that is turned off', () => {
  const { body } = writeChecked({ items: [RULES, ...work(1, 3)], tools: [tool], promptCaching: false });
  expect(marksOf(body)).toBe(0);
});
