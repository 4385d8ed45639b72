import { randomBytes } from 'node:crypto';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { boundaryOf, createFormScan } from '../../../src/http/scan-form.ts';

const BOUNDARY = '----x.7';

const field = (name: string, value: string | Buffer, more = ''): Buffer =>
  Buffer.concat([
    Buffer.from(`--${BOUNDARY}\r\nContent-Disposition: form-data; name="${name}"${more}\r\n\r\n`),
    Buffer.from(value as string),
    Buffer.from('\r\n'),
  ]);
const END = Buffer.from(`--${BOUNDARY}--\r\n`);
/** Looks like a delimiter, and is none. */
const FILE = Buffer.concat([
  randomBytes(5000),
  Buffer.from(`\r\n--${BOUNDARY.slice(0, -1)}\r\n\r\nname="model"`),
]);

const scanOf = (...chunks: readonly Buffer[]) => {
  const scan = createFormScan(BOUNDARY);
  for (const chunk of chunks) scan.push(chunk);
  return scan;
};

describe('a form', () => {
  const body = Buffer.concat([
    field('file', FILE, '; filename="a.wav"\r\nContent-Type: audio/wav'),
    field('model', 'whisper-1'),
    field('language', ''),
    END,
  ]);

  it('says its model and its fields, wherever it is cut', () => {
    fc.assert(
      fc.property(fc.array(fc.integer({ min: 1, max: body.length - 1 }), { maxLength: 30 }), (cuts) => {
        const places = [0, ...cuts.sort((one, other) => one - other), body.length];
        const chunks = places.slice(1).map((end, index) => body.subarray(places[index], end));
        const { model, fields, state } = scanOf(...chunks);
        expect(model && body.toString('utf8', model.start, model.end)).toBe('whisper-1');
        expect([model?.value, [...fields.keys()], state]).toEqual([
          'whisper-1',
          ['file', 'model', 'language'],
          'ended',
        ]);
      }),
    );
    const bytes = Array.from(body, (byte) => Buffer.from([byte]));
    expect(scanOf(...bytes)).toMatchObject({ model: { value: 'whisper-1' }, state: 'ended' });
  });

  it('says which fields come more than once, and the first model', () => {
    const { model, fields } = scanOf(field('model', 'a'), field('Model', 'b'), field('model', 'c'), END);
    expect(model?.value).toBe('a');
    expect([...fields]).toEqual([
      ['model', { isRepeated: true }],
      ['Model', {}],
    ]);
  });

  it('has no model where a file has that name, or where it is longer than any name', () => {
    expect(scanOf(field('model', 'x', '; filename="model"'), END)).toMatchObject({
      model: undefined,
      state: 'ended',
    });
    expect(scanOf(field('model', 'x'.repeat(400)), END)).toMatchObject({
      model: undefined,
      state: 'unreadable',
    });
  });

  it.each([
    ['a head without an end', Buffer.from(`--${BOUNDARY}\r\n${'x'.repeat(20_000)}`)],
    ['a delimiter without an end', Buffer.from(`--${BOUNDARY}${' '.repeat(20_000)}`)],
    ['many fields', Buffer.concat(Array.from({ length: 200 }, (_, index) => field(`f${index}`, 'x')))],
  ])('with %s is given up', (_what, bytes) => {
    expect(scanOf(bytes, field('model', 'a'))).toMatchObject({ model: undefined, state: 'unreadable' });
  });

  it('takes time that grows with its length alone', () => {
    const scan = createFormScan('b');
    const nearly = Buffer.from('\r\n--a'.repeat(200_000));
    for (let count = 0; count < 20; count++) scan.push(nearly);
    expect(scan).toMatchObject({ state: 'open', model: undefined });
  });
});

it.each([
  ['multipart/form-data; boundary=abc', 'abc'],
  ['Multipart/Form-Data; charset=utf-8; boundary="a b"', 'a b'],
  ['multipart/mixed; boundary=abc', undefined],
  ['multipart/form-data', undefined],
  [`multipart/form-data; boundary=${'x'.repeat(201)}`, 'x'.repeat(200)],
])('the boundary of %j is %j', (contentType, boundary) => {
  expect(boundaryOf(contentType)).toBe(boundary);
});
