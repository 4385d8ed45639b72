import { describe, expect, it } from 'vitest';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { chunkOf } from '../../support/streams/sample-streams.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { translateObject, translateStream } from '../../support/translate/translate-stream.ts';

const spec = createChatSpec({ thinkTags: true });
const chunk = (delta: object, finish_reason: string | null = null): string =>
  chunkOf({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason }] });

type Told = readonly [type: string, text: string];

const itemsOf = (body: string): Told[] =>
  checkGrammar(body).response.output.map((item) => {
    const parts = (item.summary ?? item.content) as { text: string }[] | undefined;
    if (parts) return [String(item.type), parts.map(({ text }) => text).join('')];
    return [`${String(item.type)} ${String(item.name)}`, String(item.arguments)];
  });
const streamed = (pieces: readonly string[]): Told[] => {
  const events = [...pieces.map((content) => chunk({ content })), chunk({}, 'stop'), 'data: [DONE]\n\n'];
  return itemsOf(translateStream(spec, [Buffer.from(events.join(''))]));
};
const inOnePiece = (content: string): Told[] => {
  const message = { role: 'assistant', content };
  const object = { id: 'c', model: 'm', choices: [{ index: 0, message, finish_reason: 'stop' }] };
  return itemsOf(translateObject(spec, Buffer.from(JSON.stringify(object))));
};

/** What a text comes to, in one piece and wherever it is split. */
const expectTold = (text: string, told: readonly Told[]): void => {
  expect(inOnePiece(text)).toEqual(told);
  expect(streamed([...text])).toEqual(told);
  for (let cut = 1; cut < text.length; cut++) {
    expect([cut, streamed([text.slice(0, cut), text.slice(cut)])]).toEqual([cut, told]);
  }
};

describe('K10: the marks of a thought', () => {
  it.each([
    ['<think>', '</think>'],
    ['<Think>', '</THINK>'],
    ['<thinking>', '</thinking>'],
    ['<thought>', '</thought>'],
    ['<reasoning>', '</reasoning>'],
    ['<seed:think>', '</seed:think>'],
    ['[THINK]', '[/THINK]'],
    ['◁think▷', '◁/think▷'],
  ])('%s … %s are left out', (open, close) => {
    expectTold(`\n${open}a < b${close}\n\nok`, [
      ['reasoning', 'a < b'],
      ['message', 'ok'],
    ]);
  });

  it('are left out of two thoughts in a row', () => {
    expectTold('<think>a</think>\n<think>b</think>\nok', [
      ['reasoning', 'ab'],
      ['message', 'ok'],
    ]);
  });

  it.each([
    'Use <think> and </think> so.',
    'In `</think>`\nit ends.',
    'a </think>\nb',
    '</thinking>',
    'a\n</thin\nb',
  ])('are the words of the model elsewhere: %j', (text) => expectTold(text, [['message', text]]));

  it('are the words of the model behind a thought', () => {
    expectTold('<think>a</think>b\n</think>\nc', [
      ['reasoning', 'a'],
      ['message', 'b\n</think>\nc'],
    ]);
  });
});

describe('K10: a thought that only its end marks, since the template opened it', () => {
  const text = 'Let me see.\nYes.\n</think>\n\nok';

  it('is a thought where the answer comes in one piece', () => {
    expect(inOnePiece(text)).toEqual([
      ['reasoning', 'Let me see.\nYes.'],
      ['message', 'ok'],
    ]);
  });

  it('is a message apart where it has been passed on as text', () => {
    for (let cut = 1; cut < 'Let me see.\nYes.'.length; cut++) {
      expect(streamed([text.slice(0, cut), text.slice(cut)])).toEqual([
        ['message', 'Let me see.\nYes.'],
        ['message', 'ok'],
      ]);
    }
    expect(streamed([...text])).toEqual([
      ['message', 'Let me see.\nYes.'],
      ['message', 'ok'],
    ]);
  });

  it('may be empty', () => expectTold('</think>\n\nok', [['message', 'ok']]));
});

it.each([
  ['before the text', ''],
  ['behind a line', 'a\n'],
])(
  'K10: endless white space %s is read in linear time',
  (_title, begun) => {
    const events = [
      chunk({ content: begun }),
      ...Array<string>(40_000).fill(chunk({ content: ' '.repeat(50) })),
    ];
    const body = Buffer.from(
      [...events, chunk({ content: 'ok' }), chunk({}, 'stop'), 'data: [DONE]\n\n'].join(''),
    );
    const [told] = itemsOf(translateStream(spec, [body]));
    expect(told?.[1].trimEnd().endsWith('ok')).toBe(true);
  },
  20_000,
);

describe("K10: harmony's marks in a text", () => {
  it('may stand behind white space', () => {
    expectTold('\n<|channel|>final<|message|>ok', [['message', 'ok']]);
  });

  it('tell thought and answer apart', () => {
    expectTold(
      '<|channel|>analysis<|message|>a < b<|end|><|start|>assistant<|channel|>final<|message|>ok<|return|>',
      [
        ['reasoning', 'a < b'],
        ['message', 'ok'],
      ],
    );
  });

  it('tell a call', () => {
    expectTold(
      '<|channel|>analysis<|message|>a<|end|><|start|>assistant<|channel|>commentary to=functions.exec <|constrain|>json<|message|>{"cmd":"ls"}<|call|>',
      [
        ['reasoning', 'a'],
        ['function_call functions.exec', '{"cmd":"ls"}'],
      ],
    );
  });

  it('may lack the ends of messages', () => {
    expectTold(
      '<|start|>assistant<|channel|>analysis<|message|>a<|start|>assistant<|channel|>final<|message|>ok',
      [
        ['reasoning', 'a'],
        ['message', 'ok'],
      ],
    );
  });

  it.each(['<b>', '<|', '<|nothing of it', 'a <|channel|>final<|message|>b'])(
    'are words elsewhere: %j',
    (text) => {
      expectTold(text, [['message', text]]);
    },
  );

  it('leave nothing out that is not theirs', () => {
    const text = `<|channel|>${'x'.repeat(600)}`;
    expect(inOnePiece(text)).toEqual([['message', text]]);
  });
});
