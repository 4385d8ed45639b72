import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { parseContentCodings } from '../../../src/coding/parse-content-codings.ts';

const refusal = (header: string | string[]) => {
  try {
    return parseContentCodings(header);
  } catch (error) {
    return error;
  }
};

describe('parseContentCodings', () => {
  it('finds no coding in an absent, empty or identity header', () => {
    for (const header of [undefined, '', ' ', ',', ', ,', 'identity', 'Identity,identity', [], ['', ',']]) {
      expect(parseContentCodings(header)).toEqual([]);
    }
  });

  it('knows each coding by every name that it has', () => {
    expect(parseContentCodings('zstd')).toEqual(['zstd']);
    expect(parseContentCodings('gzip')).toEqual(['gzip']);
    expect(parseContentCodings('x-gzip')).toEqual(['gzip']);
    expect(parseContentCodings('deflate')).toEqual(['deflate']);
    expect(parseContentCodings('br')).toEqual(['br']);
  });

  it('keeps the order in which the codings were applied, over repeated headers too', () => {
    expect(parseContentCodings('gzip, zstd')).toEqual(['gzip', 'zstd']);
    expect(parseContentCodings(['gzip', 'br, zstd'])).toEqual(['gzip', 'br', 'zstd']);
  });

  it('reads any case, blanks and empty elements', () => {
    const dressed = fc
      .array(fc.constantFrom('zstd', 'gzip', 'deflate', 'br', 'identity', ''), { maxLength: 5 })
      .chain((names) =>
        fc.record({
          names: fc.constant(names),
          upper: fc.infiniteStream(fc.boolean()),
          blank: fc.infiniteStream(fc.constantFrom('', ' ', '\t', ' \t ')),
        }),
      );
    fc.assert(
      fc.property(dressed, ({ names, upper, blank }) => {
        const written = names.map((name) => {
          const cased = [...name].map((letter) => (upper.next().value ? letter.toUpperCase() : letter));
          return `${blank.next().value}${cased.join('')}${blank.next().value}`;
        });
        const expected = names.filter((name) => name !== '' && name !== 'identity');
        expect(parseContentCodings(written.join(','))).toEqual(expected);
        expect(parseContentCodings(written)).toEqual(expected);
      }),
    );
  });

  it('refuses an unknown coding with 415 and says what it would accept', () => {
    for (const header of ['lz4', 'gzip, compress', 'gzip;q=1', 'g zip', 'constructor', 'zstd\u00a0']) {
      expect(refusal(header)).toMatchObject({
        code: 'unsupported_content_encoding',
        status: 415,
        headers: { 'Accept-Encoding': 'zstd, gzip, deflate, br' },
      });
    }
    expect(refusal('gzip, LZ4')).toMatchObject({
      message:
        'cannot undo Content-Encoding "lz4"; send the body as zstd, gzip, deflate, br, or without Content-Encoding',
    });
  });

  it('shortens a coding that is too long to be shown, and escapes what a terminal would obey', () => {
    expect(refusal('x'.repeat(5000))).toMatchObject({ message: expect.stringMatching(/^.{1,150}$/) });
    expect(refusal('\u001b[2J')).toMatchObject({ message: expect.stringContaining('"\\u001b[2j"') });
  });
});

describe('LESSONS 6: at most five stacked encodings', () => {
  it('undoes five and refuses six, identity not counted', () => {
    expect(parseContentCodings('gzip,br,identity,zstd,deflate,identity,gzip')).toHaveLength(5);
    expect(refusal('gzip,gzip,gzip,gzip,gzip,gzip')).toMatchObject({
      code: 'unsupported_content_encoding',
      message: 'Content-Encoding lists 6 codings, and at most 5 are undone; send the body with one',
    });
  });
});
