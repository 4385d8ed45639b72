import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../src/translate/anthropic/spec.ts';
import { createChatSpec } from '../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import type { DialectSpec } from '../../src/translate/translation.ts';
import { runs } from '../support/fuzz/budget.ts';
import { readSse } from '../support/streams/read-sse.ts';
import { translateStream } from '../support/translate/translate-stream.ts';

const PATCH = '*** Begin Patch\n*** Add File: a.txt\n+one\n+two\n*** End Patch';
const CALLS = [
  { name: 'exec_command', json: '{"cmd":"ls -la"}' },
  { name: 'apply_patch', json: JSON.stringify({ input: PATCH }) },
];
const data = (event: object): string => `data: ${JSON.stringify(event)}\n\n`;

/** A text in pieces of a few characters. */
const pieces = (text: string): string[] => text.match(/[\s\S]{1,7}/g) ?? [];

const chatStream = (id: string): string[] => {
  const chunk = (delta: object, reason: string | null = null): string =>
    data({ id, model: 'm', choices: [{ index: 0, delta, finish_reason: reason }] });
  const call = (index: number, members: object): string => chunk({ tool_calls: [{ index, ...members }] });
  return [
    chunk({ role: 'assistant', content: '' }),
    ...pieces('I look at it.').map((content) => chunk({ content })),
    ...CALLS.flatMap(({ name, json }, index) => [
      call(index, { id: `${id}_${index}`, type: 'function', function: { name, arguments: '' } }),
      ...pieces(json).map((part) => call(index, { function: { arguments: part } })),
    ]),
    chunk({}, 'tool_calls'),
    'data: [DONE]\n\n',
  ];
};

const messagesStream = (id: string): string[] => [
  data({ type: 'message_start', message: { id, type: 'message', model: 'm', content: [] } }),
  ...CALLS.flatMap(({ name, json }, index) => [
    data({
      type: 'content_block_start',
      index,
      content_block: { type: 'tool_use', id: `${id}_${index}`, name, input: {} },
    }),
    ...pieces(json).map((partial_json) =>
      data({ type: 'content_block_delta', index, delta: { type: 'input_json_delta', partial_json } }),
    ),
    data({ type: 'content_block_stop', index }),
  ]),
  data({ type: 'message_delta', delta: { stop_reason: 'tool_use' }, usage: { output_tokens: 9 } }),
  data({ type: 'message_stop' }),
];

const geminiStream = (id: string): string[] =>
  CALLS.map(({ name, json }, place) =>
    data({
      responseId: id,
      modelVersion: 'm',
      candidates: [
        {
          content: { parts: [{ functionCall: { name, args: JSON.parse(json) } }] },
          ...(place === CALLS.length - 1 && { finishReason: 'STOP' }),
        },
      ],
    }),
  );

const APIS: [string, DialectSpec, (id: string) => string[]][] = [
  ['chat completions', createChatSpec(), chatStream],
  ["Anthropic's Messages", createAnthropicSpec(), messagesStream],
  ['Gemini', geminiSpec, geminiStream],
];

/** A stream that something on its way has spoiled. */
const spoiled = (stream: (id: string) => string[]): fc.Arbitrary<readonly string[]> => {
  const one = stream('one');
  const place = fc.nat(one.length - 1);
  return fc.oneof(
    // Cut off, then all over again; by another id, or the same.
    fc.tuple(place, fc.constantFrom('one', 'two')).map(([at, id]) => [...one.slice(0, at), ...stream(id)]),
    // Cut off, and gone on with somewhere in another one.
    fc
      .tuple(place, place, fc.constantFrom('one', 'two'))
      .map(([at, from, id]) => [...one.slice(0, at), ...stream(id).slice(from)]),
    place.map((at) => one.slice(0, at)),
    place.map((at) => [...one.slice(0, at + 1), ...one.slice(at)]),
    fc.array(place, { maxLength: 4 }).map((lost) => one.filter((_, at) => !lost.includes(at))),
    fc.tuple(place, place).map(([from, to]) => {
      const moved = one.toSpliced(from, 1);
      return moved.toSpliced(to, 0, one[from] ?? '');
    }),
    fc.shuffledSubarray(one, { minLength: 1 }),
    fc.constant([...one, ...stream('two')]),
  );
};

interface Item {
  readonly type: string;
  readonly arguments?: string;
  readonly input?: string;
}
interface Told {
  readonly type: string;
  readonly item?: Item;
  readonly response?: { readonly status: string; readonly output: readonly Item[] };
}

const expectWhole = (item: Item): void => {
  if (item.arguments !== undefined) expect(() => JSON.parse(item.arguments ?? '')).not.toThrow();
  if (item.input?.startsWith('*** Begin Patch')) expect(item.input).toMatch(/\*\*\* End Patch\s*$/);
};

describe.each(APIS)('K2: a spoiled stream of %s', (_title, spec, stream) => {
  it('is whole where nothing spoiled it', () => {
    const told = readSse(Buffer.from(translateStream(spec, [Buffer.from(stream('one').join(''))])));
    const last = JSON.parse(told.at(-1)?.data ?? '{}') as Told;
    expect(last.response).toMatchObject({ status: 'completed' });
    expect(last.response?.output.filter(({ type }) => type.endsWith('_call'))).toHaveLength(2);
  });

  it('never ends as completed, or as done, with half a call or half a patch', () => {
    fc.assert(
      fc.property(spoiled(stream), (events) => {
        const body = translateStream(spec, [Buffer.from(events.join(''))]);
        for (const { data: text } of readSse(Buffer.from(body))) {
          const event = JSON.parse(text) as Told;
          if (event.type === 'response.output_item.done' && event.item) expectWhole(event.item);
          if (event.response?.status === 'completed') event.response.output.forEach(expectWhole);
        }
      }),
      runs(600),
    );
  });
});
