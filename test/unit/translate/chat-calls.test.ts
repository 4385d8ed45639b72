import { describe, expect, it } from 'vitest';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { chunkOf } from '../../support/streams/sample-streams.ts';
import { checkGrammar } from '../../support/translate/check-grammar.ts';
import { firstDifference, translateStream } from '../../support/translate/translate-stream.ts';

const spec = createChatSpec();
const delta = (members: object, reason: string | null = null): string =>
  chunkOf({ id: 'c', model: 'm', choices: [{ index: 0, delta: members, finish_reason: reason }] });
const calls = (...list: object[]): string => delta({ tool_calls: list });

interface Piece {
  readonly index?: number | null;
  readonly id?: string | null;
  readonly name?: string | null;
  readonly args?: unknown;
}
const pieceOf = ({ index, id, name, args }: Piece): object => ({
  ...(index !== undefined && { index }),
  ...(id !== undefined && { id }),
  function: { ...(name !== undefined && { name }), ...(args !== undefined && { arguments: args }) },
});

/** Each row is a delta with one call, or with several. */
const responseOf = (rows: readonly (Piece | readonly Piece[])[], reason = 'tool_calls') => {
  const events = rows.map((row) => calls(...[row].flat().map((piece) => pieceOf(piece as Piece))));
  const body = Buffer.from([...events, delta({}, reason), 'data: [DONE]\n\n'].join(''));
  const places = Array.from({ length: body.length }, (_, place) => place).filter((place) => place % 5 === 0);
  expect(firstDifference(spec, body, places)).toBeUndefined();
  return checkGrammar(translateStream(spec, [body])).response;
};
const callsOf = (rows: readonly (Piece | readonly Piece[])[]) => {
  const { status, output } = responseOf(rows);
  expect(status).toBe('completed');
  return output.map((item) => [item.name, item.arguments]);
};

const PWD = '{"cmd":"pwd"}';
const ONE = [['exec', PWD]];
const TWO = [
  ['exec', PWD],
  ['exec', '{"cmd":"ls"}'],
];

describe('K1: one call', () => {
  it.each<[string, (Piece | readonly Piece[])[]]>([
    [
      'whose id changes with each delta',
      [
        { index: 0, id: 'a', name: 'exec', args: '' },
        { index: 0, id: 'b', args: '{"cmd":' },
        { index: 0, id: 'c', args: '"pwd"}' },
      ],
    ],
    [
      'whose id changes and whose name is repeated',
      [
        { index: 0, id: 'a', name: 'exec', args: '{"cmd"' },
        { index: 0, id: 'b', name: 'exec', args: ':"pwd"}' },
        { index: 0, id: 'c', name: 'exec', args: '' },
      ],
    ],
    [
      'without any index, whose id comes once',
      [{ id: 'a', name: 'exec', args: '' }, { args: '{"cmd":"pw' }, { args: 'd"}' }],
    ],
    [
      'with index null, whose ids vary',
      [
        { index: null, id: 'a', name: 'exec', args: '' },
        { index: null, id: 'b', args: PWD },
      ],
    ],
    [
      'whose index counts the deltas',
      [
        { index: 0, id: 'a', name: 'exec', args: '' },
        { index: 1, args: '{"cmd"' },
        { index: 2, args: ':"pwd"}' },
      ],
    ],
    [
      'whose name comes in pieces',
      [
        { index: 0, id: 'a', name: 'ex', args: '' },
        { index: 0, name: 'ec', args: null },
        { index: 0, args: PWD },
      ],
    ],
    [
      'whose name grows',
      [
        { index: 0, id: 'a', name: 'ex' },
        { index: 0, id: 'a', name: 'exec' },
        { index: 0, id: 'a', args: PWD },
      ],
    ],
    [
      'whose name is repeated without an id',
      [
        { index: 0, id: '', name: 'exec', args: '{"cmd":' },
        { index: 0, id: '', name: 'exec', args: '"pwd"}' },
        { index: 0, id: '', name: 'exec', args: '' },
      ],
    ],
    [
      'that begins with empty braces',
      [
        { index: 0, id: 'a', name: 'exec', args: '{}' },
        { index: 0, args: '{"cmd":' },
        { index: 0, args: '"pwd"}' },
      ],
    ],
    [
      'that is sent whole again at the end',
      [
        { index: 0, id: 'a', name: 'exec', args: '{"cmd":' },
        { index: 0, args: '"pwd"}' },
        { index: 0, id: 'a', name: 'exec', args: PWD },
      ],
    ],
    ['whose arguments are an object', [{ index: 0, id: 'a', name: 'exec', args: { cmd: 'pwd' } }]],
    [
      'whose name comes last',
      [
        { index: 0, id: 'a', args: '{"cmd":' },
        { index: 0, args: '"pwd"}' },
        { index: 0, name: 'exec' },
      ],
    ],
  ])('%s', (_title, rows) => {
    expect(callsOf(rows)).toEqual(ONE);
  });
});

describe('K1: two calls', () => {
  it.each<[string, (Piece | readonly Piece[])[]]>([
    [
      'with the same index and no ids, each whole',
      [
        { index: 0, id: '', name: 'exec', args: PWD },
        { index: 0, id: '', name: 'exec', args: '{"cmd":"ls"}' },
      ],
    ],
    [
      'with the same index and the same id',
      [
        { index: 0, id: 'a', name: 'exec', args: PWD },
        { index: 0, id: 'a', name: 'exec', args: '{"cmd":"ls"}' },
      ],
    ],
    [
      'of which the second begins without arguments',
      [
        { index: 0, id: '', name: 'exec', args: '' },
        { index: 0, args: PWD },
        { index: 0, id: '', name: 'exec', args: '' },
        { index: 0, args: '{"cmd":"ls"}' },
      ],
    ],
    [
      'that grow in turns, with an index',
      [
        { index: 0, id: 'a', name: 'exec', args: '' },
        { index: 1, id: 'b', name: 'exec', args: '' },
        { index: 0, args: '{"cmd":"p' },
        { index: 1, args: '{"cmd":"l' },
        { index: 0, args: 'wd"}' },
        { index: 1, args: 's"}' },
      ],
    ],
    [
      'that grow in turns, with ids alone',
      [
        { id: 'a', name: 'exec', args: '' },
        { id: 'b', name: 'exec', args: '' },
        { id: 'a', args: '{"cmd":"p' },
        { id: 'b', args: '{"cmd":"l' },
        { id: 'a', args: 'wd"}' },
        { id: 'b', args: 's"}' },
      ],
    ],
    [
      'in one list without index and ids',
      [
        [
          { name: 'exec', args: '{"cmd"' },
          { name: 'exec', args: '{"cmd"' },
        ],
        [{ args: ':"pwd"}' }, { args: ':"ls"}' }],
      ],
    ],
    [
      'of which the second has its own id before the first has its arguments',
      [
        { id: 'a', name: 'exec' },
        { id: 'b', name: 'exec', args: '{"cmd":"ls"}' },
        { id: 'a', args: PWD },
      ],
    ],
  ])('%s', (_title, rows) => {
    expect(callsOf(rows)).toEqual(TWO);
  });

  it('of different tools without arguments, one after the other', () => {
    expect(
      callsOf([
        { index: 0, id: 'a', name: 'list' },
        { index: 0, id: 'b', name: 'clear' },
      ]),
    ).toEqual([
      ['list', '{}'],
      ['clear', '{}'],
    ]);
  });
});

describe('K1: an answer whose calls cannot be told', () => {
  it.each<[string, (Piece | readonly Piece[])[]]>([
    ['arguments without any call', [{ index: 0, id: 'a', args: PWD }]],
    [
      'arguments that fit no call',
      [
        { index: 0, id: 'a', name: 'exec', args: PWD },
        { index: 1, args: '{"cmd":"ls"}' },
      ],
    ],
    ['half a call', [{ index: 0, id: 'a', name: 'exec', args: '{"cmd":"p' }]],
    [
      'half a call and another one',
      [
        { index: 0, id: 'a', name: 'exec', args: '{"cmd":"p' },
        { index: 0, id: 'b', name: 'list', args: '{}' },
      ],
    ],
    ['half a patch', [{ index: 0, id: 'a', name: 'apply_patch', args: '{"input":"*** Begin Patch\\n"}' }]],
  ])('fails: %s', (_title, rows) => {
    const { status, output, error } = responseOf(rows);
    expect({ status, error }).toMatchObject({
      status: 'failed',
      error: { code: 'upstream_answer_unreadable' },
    });
    expect(output.filter((item) => item.status === 'completed')).toEqual([]);
  });

  it('is incomplete where the model was cut off', () => {
    const { status, output } = responseOf([{ index: 0, id: 'a', name: 'exec', args: '{"cmd":"p' }], 'length');
    expect(status).toBe('incomplete');
    expect(output).toMatchObject([{ status: 'incomplete', arguments: '{"cmd":"p' }]);
  });
});
