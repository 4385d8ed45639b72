import { describe, expect, it } from 'vitest';
import { hideSecretShapes } from '../../../../src/base/secrets/secret-shapes.ts';
import { createKeyToken, parseKeyToken } from '../../../../src/guard/keys/key-token.ts';

describe('a managed key', () => {
  it('has the form that is documented, and never the same text twice', () => {
    const tokens = Array.from({ length: 200 }, () => createKeyToken().text);
    for (const text of tokens) expect(text).toMatch(/^sk_gom_[0-9a-z]{10}[0-9A-Za-z]{49}$/);
    expect(new Set(tokens).size).toBe(tokens.length);
  });

  it('is read back with its id', () => {
    const token = createKeyToken('abcdefgh01');
    expect(parseKeyToken(token.text)).toEqual({ text: token.text, id: 'abcdefgh01' });
  });

  it('is told from every text in which one character is another one, missing or doubled', () => {
    const { text } = createKeyToken();
    for (let place = 0; place < text.length; place++) {
      const other = text[place] === 'a' ? 'b' : 'a';
      for (const put of [other, '', `${text[place]}${text[place]}`]) {
        expect(parseKeyToken(text.slice(0, place) + put + text.slice(place + 1))).toBeUndefined();
      }
    }
    for (const typo of ['', 'sk_gom_', ` ${text}`, `${text}\n`]) expect(parseKeyToken(typo)).toBeUndefined();
  });

  it.each(['%s', 'x-api-key: %s', '"%s"', '?key=%s&a=b', 'a\\n%s', '%%20%s', 'KEY=%s'])(
    'is taken out of what is logged: %s',
    (around) => {
      const { text } = createKeyToken();
      expect(hideSecretShapes(around.replace('%s', text).replace('%%', '%'))).not.toContain(
        text.slice(17, -6),
      );
    },
  );
});
