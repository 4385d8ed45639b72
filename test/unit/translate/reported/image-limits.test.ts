import { describe, expect, it } from 'vitest';
import { readImageSize } from '../../../../src/translate/repair/image-size.ts';
import { translateFor } from '../../../support/translate/translate-for.ts';

const png = (width: number, height: number): Buffer => {
  const bytes = Buffer.from('89504e470d0a1a0a0000000d4948445200000000000000000806000000', 'hex');
  bytes.writeUInt32BE(width, 16);
  bytes.writeUInt32BE(height, 20);
  return bytes;
};
const jpeg = (width: number, height: number, notes: number): Buffer => {
  const note = Buffer.alloc(2 + 65_000);
  note.writeUInt16BE(0xffe1, 0);
  note.writeUInt16BE(65_000, 2);
  const frame = Buffer.from('ffc00011080000000003012200021101031101', 'hex');
  frame.writeUInt16BE(height, 5);
  frame.writeUInt16BE(width, 7);
  return Buffer.concat([Buffer.from('ffd8', 'hex'), ...Array.from({ length: notes }, () => note), frame]);
};
const url = (bytes: Buffer, type = 'png') => `data:image/${type};base64,${bytes.toString('base64')}`;

describe('the size of an image', () => {
  const webp = (form: string, rest: string) =>
    Buffer.concat([
      Buffer.from('RIFF\0\0\0\0WEBP', 'latin1'),
      Buffer.from(form, 'latin1'),
      Buffer.from(rest, 'hex'),
    ]);
  it.each([
    ['image/png', png(9000, 100), { width: 9000, height: 100 }],
    ['image/jpeg', jpeg(4032, 3024, 0), { width: 4032, height: 3024 }],
    ['image/jpeg', jpeg(4032, 3024, 9), { width: 4032, height: 3024 }],
    ['image/gif', Buffer.from('474946383961400180020000', 'hex'), { width: 320, height: 640 }],
    ['image/webp', webp('VP8X', '0a00000010000000ff0f00370400'), { width: 4096, height: 1080 }],
    ['image/webp', webp('VP8 ', '000000000000009d012a40018002'), { width: 320, height: 640 }],
    ['image/webp', webp('VP8L', '000000002f3fc19f00000000000000'), { width: 320, height: 640 }],
  ])('of %s is read', (type, bytes, size) => {
    expect(readImageSize(type, bytes.toString('base64'))).toEqual(size);
  });

  it.each([
    ['image/png', png(1, 1).subarray(0, 20)],
    ['image/jpeg', Buffer.from('ffd8ffe1', 'hex')],
    ['image/jpeg', Buffer.from('ffd8ffe10000ffe10000ffe10000ffe10000', 'hex')],
    ['image/webp', Buffer.from('RIFF\0\0\0\0WEBPVP8X', 'latin1')],
    ['image/svg+xml', Buffer.from('<svg/>')],
  ])('of %s that does not tell is unknown', (type, bytes) => {
    expect(readImageSize(type, bytes.toString('base64'))).toBeUndefined();
  });
});

describe('K3: an image beyond the limits of a provider', () => {
  const asked = (provider: string, model: string, urls: readonly string[]) => {
    const content = urls.map((image_url) => ({ type: 'input_image', image_url }));
    return translateFor(provider, 'responses', { input: [{ role: 'user', content }] }, model);
  };
  const kinds = ({ body }: ReturnType<typeof asked>): string[] =>
    body.messages[0].content.map((part: { type: string; text?: string }) => part.text ?? part.type);

  // anthropics/claude-code#5147
  it.each([
    ['anthropic', 'claude-sonnet-4-5', 'image'],
    ['openrouter', 'anthropic/claude-sonnet-4.5', 'image_url'],
  ])('of %s is told in words, whoever put it into the session', (provider, model, kind) => {
    const large = asked(provider, model, [url(png(9000, 100)), url(png(8000, 8000))]);
    expect(kinds(large)).toEqual([
      '[image: this model cannot be shown it, since it has 9000 × 100 pixels, and 8000 are the most]',
      kind,
    ]);
    expect(large.losses).toContain('image that is too large');
  });

  // anthropics/claude-code#34120
  it('is another one where there are many', () => {
    const few = Array.from({ length: 19 }, () => url(png(10, 10)));
    expect(
      kinds(asked('anthropic', 'claude-sonnet-4-5', [...few, url(jpeg(2162, 322, 0), 'jpeg')]))[19],
    ).toBe('image');
    const many = asked('anthropic', 'claude-sonnet-4-5', [...few, url(jpeg(2162, 322, 0), 'jpeg'), ...few]);
    expect(kinds(many)[19]).toContain('2162 × 322 pixels, and 2000 are the most');
    expect(kinds(many).filter((kind) => kind === 'image')).toHaveLength(38);
  });

  it('has too many bytes', () => {
    const heavy = Buffer.concat([png(10, 10), Buffer.alloc(4 * 2 ** 20)]);
    expect(kinds(asked('anthropic', 'claude-sonnet-4-5', [url(heavy), url(png(1, 1))]))).toEqual([
      '[image: this model cannot be shown it, since it has more than 5 MB]',
      'image',
    ]);
  });

  it('is one of the first where there are too many', () => {
    const shown = kinds(asked('groq', 'meta-llama/llama-4-scout', Array(7).fill(url(png(1, 1)))));
    expect(shown.slice(0, 2)).toEqual(Array(2).fill(expect.stringContaining('not among the last 5')));
    expect(shown.slice(2)).toEqual(Array(5).fill('image_url'));
  });

  it('passes where nobody knows a limit', () => {
    const sent = asked('openrouter', 'openai/gpt-5', [url(png(9000, 100)), url(png(1, 1))]);
    expect(kinds(sent)).toEqual(['image_url', 'image_url']);
  });
});
