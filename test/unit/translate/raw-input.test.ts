import { describe, expect, it } from 'vitest';
import { createRawInput } from '../../../src/translate/responses/raw-input.ts';

const decode = (pieces: readonly string[]): string => {
  const input = createRawInput();
  return pieces.map((piece) => input.push(piece)).join('') + input.end();
};

describe('the raw input of a custom tool', () => {
  const text = '*** Begin Patch\n+\t"é🎉\u0000" \\u00e9 \\ / \r\b\f*** End Patch';
  const spellings = [
    JSON.stringify({ input: text }),
    ` {\n "input" :\t${JSON.stringify(text).replace('é', '\\u00e9').replace('🎉', '\\ud83c\\udf89').replace(' / ', ' \\/ ')} , "more": [1] }`,
  ];

  it.each(spellings)('is the same wherever its arguments are cut in two: %s', (json) => {
    for (let cut = 0; cut <= json.length; cut++) {
      expect(decode([json.slice(0, cut), json.slice(cut)])).toBe(text);
    }
    expect(decode([...json])).toBe(text);
  });

  it('streams: what is said is not held back', () => {
    const input = createRawInput();
    expect(input.push('{"input":"*** Begin')).toBe('*** Begin');
    expect(input.push(' Patch\\')).toBe(' Patch');
    expect(input.push('n+x')).toBe('\n+x');
  });

  it.each([
    ['{"patch":"text"}', 'text'],
    ['{"more":1,"input":"text"}', 'text'],
    ['"text"', 'text'],
    ['*** Begin Patch', '*** Begin Patch'],
    ['{"a":"b","c":"d"}', '{"a":"b","c":"d"}'],
    ['{"input":["a"]}', '{"input":["a"]}'],
    ['{"input":7}', '{"input":7}'],
    ['{}', ''],
    ['', ''],
    ['{"input":"cut \\u12', 'cut '],
    ['{"input":"a \\x b \\uzzzz"}', 'a x b \\uzzzz'],
    ['{"input":"raw\nline"}', 'raw\nline'],
  ])('is guessed where the model kept to another form: %s', (json, expected) => {
    expect(decode([json])).toBe(expected);
    expect(decode([...json])).toBe(expected);
  });
});
