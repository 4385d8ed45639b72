import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createObjectExtent } from '../../../src/json/object-extent.ts';
import { replaceMembers } from '../../../src/json/replace-members.ts';
import { listMembers, readString, scanElements, scanMembers } from '../../../src/json/scan-members.ts';

describe('the extent of an object', () => {
  const isWhole = (...pieces: string[]): boolean => {
    const extent = createObjectExtent();
    for (const piece of pieces) extent.push(piece);
    return extent.isWhole();
  };

  it('ends with its last brace, in whatever pieces it comes, and not before', () => {
    fc.assert(
      fc.property(
        fc.dictionary(fc.string(), fc.jsonValue()),
        fc.constantFrom(undefined, '\t'),
        (value, indent) => {
          const text = JSON.stringify(value, undefined, indent);
          expect(isWhole(...text)).toBe(true);
          expect(isWhole(` \t\r\n${text} \t\r\n`)).toBe(true);
          for (let end = 0; end < text.length; end++) expect(isWhole(text.slice(0, end))).toBe(false);
        },
      ),
      { numRuns: 30 },
    );
  });

  it.each(['{}', '{"a":"}"}', '{"a":"\\"}"}', '{"a":"\\\\"}', '{"a":[{}]}', '{"[":"{"}'])(
    '%s is whole',
    (text) => {
      expect(isWhole(text)).toBe(true);
      expect(isWhole(...text)).toBe(true);
    },
  );

  it.each([
    '',
    ' ',
    '[]',
    '{}x',
    '{}{}',
    '{}}',
    'x{}',
    '"{}"',
    '{"a":"}',
    '{"a":"\\"}',
    '{[}',
    '{"a":[{}}',
    '{"a":[]',
    '{"{}"',
  ])('%s is not whole', (text) => {
    expect(isWhole(text)).toBe(false);
    expect(isWhole(...text)).toBe(false);
    expect(isWhole(text, '')).toBe(false);
  });

  it('does not become whole again once it is broken', () => {
    expect(isWhole('x', '{}')).toBe(false);
    expect(isWhole('{}', 'x', '{}')).toBe(false);
    expect(isWhole('{', '}', '{', '}')).toBe(false);
  });
});

describe('members where they lie', () => {
  const at = (text: string, before = '', after = '') =>
    listMembers(Buffer.from(before + text + after), {
      start: before.length,
      end: before.length + text.length,
    });

  it('are found with the places of keys and values', () => {
    expect(listMembers(Buffer.from(' { "a" : 1 , "b":[2] } '))).toEqual([
      { key: 'a', keyStart: 3, start: 9, end: 10 },
      { key: 'b', keyStart: 13, start: 17, end: 20 },
    ]);
    expect(listMembers(Buffer.from('{}'))).toEqual([]);
    expect(listMembers(Buffer.from('\t{\n}\r'))).toEqual([]);
  });

  it('of an object inside of more bytes are its own alone', () => {
    expect(at('{"a":1}', '[', ',{"b":2}]')).toEqual([{ key: 'a', keyStart: 2, start: 6, end: 7 }]);
    expect(at('{}', '[', ']')).toEqual([]);
    expect(listMembers(Buffer.from('{"a":1}x'), { start: 0, end: 8 })).toBeUndefined();
    expect(listMembers(Buffer.from('{}x'), { start: 0, end: 3 })).toBeUndefined();
    expect(listMembers(Buffer.from('{}x'), { start: 0, end: 2 })).toEqual([]);
    expect(listMembers(Buffer.from('{"a":1} '), { start: 0, end: 8 })).toHaveLength(1);
  });

  it.each([
    '{"a":}',
    '{"a":,"b":1}',
    '{"a"}',
    '{"a":1:2}',
    '{"\\u12":1}',
    '{"\\x":1}',
    '{1:2}',
    '{"a":1,"b"}',
    '{"a":1]',
  ])('are none in %s', (text) => {
    expect(listMembers(Buffer.from(text))).toBeUndefined();
    expect(scanMembers(Buffer.from(text))).toBeUndefined();
  });

  // Strings are looked through in two ways, by their length: 24 bytes are the border.
  it.each([22, 23, 24, 25, 26, 100])(
    'are found behind a string of %i bytes, whatever it ends with',
    (length) => {
      for (const end of ['', '\\\\', '\\"', '\\\\\\"', '\\\\\\\\', '\\"\\"', '\\" ']) {
        for (const fill of ['x', ',', '{', ' ']) {
          const inner = fill.repeat(Math.max(0, length - end.length)) + end;
          const text = `{"k":"${inner}","model":"m"}`;
          const members = scanMembers(Buffer.from(text));
          expect([text, readString(Buffer.from(text), members?.get('model'))]).toEqual([text, 'm']);
          expect(readString(Buffer.from(text), members?.get('k'))).toBe(JSON.parse(text).k);
          // Without its closing quote it is not taken for one.
          expect(scanMembers(Buffer.from(`{"k":"${inner}`))).toBeUndefined();
          expect(scanMembers(Buffer.from(`{"k":["${inner}`))).toBeUndefined();
        }
      }
    },
  );

  it('are read as strings where they are strings', () => {
    const bytes = Buffer.from('{"a":"b","n":1,"o":{},"e":"\\u00e9","bad":"\\x","empty":""}');
    const members = scanMembers(bytes);
    const read = (key: string) => readString(bytes, members?.get(key));
    expect(['a', 'n', 'o', 'e', 'bad', 'empty', 'absent'].map(read)).toEqual([
      ...['b', undefined, undefined, 'é', undefined, '', undefined],
    ]);
  });
});

describe('elements where they lie', () => {
  const elements = (text: string, before = '', after = '') =>
    scanElements(Buffer.from(before + text + after), {
      start: before.length,
      end: before.length + text.length,
    });

  it('are found with their places', () => {
    expect(elements(' [ 1 , "a",[2] ] ')).toEqual([
      { start: 3, end: 4 },
      { start: 7, end: 10 },
      { start: 11, end: 14 },
    ]);
    expect(elements('[]')).toEqual([]);
    expect(elements('[ ]')).toEqual([]);
    expect(elements('[1]', '{"a":', ',"b":[2,3]}')).toEqual([{ start: 6, end: 7 }]);
  });

  it('do not go on beyond their array', () => {
    const bytes = Buffer.from('[1,22]');
    expect(scanElements(bytes, { start: 0, end: 5 })).toEqual([
      { start: 1, end: 2 },
      { start: 3, end: 5 },
    ]);
    expect(scanElements(bytes, { start: 0, end: 4 })).toBeUndefined();
  });

  it.each(['[,]', '[1,]', '[1:2]', '["a]', '[{]', '[[1]', '1', '', '[1,,2]', '[}'])(
    'are none in %s',
    (text) => {
      expect(elements(text)).toBeUndefined();
    },
  );
});

describe('an edited object', () => {
  const edit = (text: string, edits: Parameters<typeof replaceMembers>[1]) => {
    const pieces = replaceMembers(Buffer.from(text), edits);
    return pieces && Buffer.concat(pieces).toString();
  };

  it('keeps a repeated key that nobody edits', () => {
    expect(edit('{"a":1,"a":2}', new Map())).toBe('{"a":1,"a":2}');
    expect(edit('{"a":1,"a":2}', new Map([['b', { kind: 'set', value: [] }]]))).toBe('{"a":1,"a":2,"b":}');
  });

  it('adds what is set and not there, in order, and nothing that is dropped', () => {
    const value = [Buffer.from('[1'), Buffer.from(']')];
    const edits = new Map([
      ['x', { kind: 'set', value }],
      ['y', { kind: 'drop' }],
      ['z"', { kind: 'set', value }],
    ] as const);
    expect(edit('{}', edits)).toBe('{"x":[1],"z\\"":[1]}');
    expect(edit('{"a":0}', edits)).toBe('{"a":0,"x":[1],"z\\"":[1]}');
    expect(edit('{"y":0}', new Map([['y', { kind: 'drop' }]]))).toBe('{}');
  });
});
