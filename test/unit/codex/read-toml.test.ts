import { describe, expect, it } from 'vitest';
import { readToml } from '../../../src/codex/toml/read-toml.ts';

describe('readToml', () => {
  it.each([
    ['a = "x\nb = 1\n', '1:7'],
    ['a\nb = 1\n', '1:2'],
    ['a = [1,\n 2\nb = 3\n', '2:3'],
    ['a = # later\r\n\r\nb = 1', '1:12'],
    ['a = 1 2\n', '1:7'],
    ['a.b = 1\na = 2\n', '2:1'],
    ['[a]\nb = 1\n[a]\n', '3:2'],
    ['\uFEFFa = 1\na = 1', '2:1'],
    ['\uFEFFa == 1', '1:4'],
  ])('says where %j goes wrong: in the line that is at fault, not in the next', (text, position) => {
    expect(() => readToml(text, 'config.toml')).toThrow(`config.toml:${position}: `);
  });

  it('keeps positions behind a byte order mark, astral characters and CRLF', () => {
    const text = '\uFEFF"😀" = "😀" # é\r\n[b]\r\nc = 1\r\n';
    const { settings } = readToml(text, 'config.toml');
    expect(settings.map(({ node }) => text.slice(...node.range))).toEqual(['"😀" = "😀"', 'c = 1']);
  });

  it('gives every setting its whole path, whatever spells it', () => {
    const { settings } = readToml("a.'b c' = { d = 1 }\n[[e]]\nf = 1\n[[e]]\n[e.g]\nh = 1\n", 'config.toml');
    expect(settings.map(({ path }) => path)).toEqual([
      ['a', 'b c'],
      ['a', 'b c', 'd'],
      ['e', 0, 'f'],
      ['e', 1, 'g', 'h'],
    ]);
  });

  it('leaves the prototypes of objects alone', () => {
    readToml('[constructor]\n__proto__.polluted = 1\n__proto__.toString = 2', 'config.toml');
    expect({}).not.toHaveProperty('polluted');
  });
});
