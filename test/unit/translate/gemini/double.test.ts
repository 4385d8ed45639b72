import { describe, expect, it } from 'vitest';
import { checkGeminiRequest } from '../../../support/translate/check-gemini-request.ts';

const user = (text = 'Hi') => ({ role: 'user', parts: [{ text }] });
const call = (name: string, signature?: string) => ({
  functionCall: { name, args: {} },
  ...(signature !== undefined && { thoughtSignature: signature }),
});
const answer = (name: string) => ({ functionResponse: { name, response: { output: '' } } });
const model = (...parts: object[]) => ({ role: 'model', parts });
const results = (...parts: object[]) => ({ role: 'user', parts });
const contents = (...list: object[]) => ({ contents: list });

const refusalOf = (body: object, name = 'gemini-3-flash'): string | undefined => {
  const checked = checkGeminiRequest(body, name);
  return 'refusal' in checked ? checked.refusal : undefined;
};

/** Each as the real API refuses it. */
const REFUSED: readonly [string, object, RegExp, string?][] = [
  ['an unknown member', { ...contents(user()), thinking: true }, /Unknown name "thinking"/],
  [
    'an unknown member deep inside',
    contents({ role: 'user', parts: [{ text: 'a', cache: 1 }] }),
    /Unknown name "cache" at 'contents\[0\].parts\[0\]'/,
  ],
  ['no contents', contents(), /contents is not specified/],
  ['another role', contents({ role: 'assistant', parts: [{ text: 'a' }] }), /contents\[0\].role/],
  ['no parts', contents({ role: 'user', parts: [] }), /must not be empty/],
  ['an empty text', contents(user('')), /empty text/],
  [
    'a part of two kinds',
    contents({ role: 'user', parts: [{ text: 'a', inlineData: { mimeType: 'a/b', data: 'aGk=' } }] }),
    /oneof/,
  ],
  [
    'bytes that are no base64',
    contents({ role: 'user', parts: [{ inlineData: { mimeType: 'a/b', data: 'a b' } }] }),
    /inlineData.data/,
  ],
  [
    'a call that the model begins with',
    contents(model(call('f', 'QQ==')), results(answer('f'))),
    /function call turn comes immediately/,
  ],
  [
    'fewer results than calls',
    contents(user(), model(call('f', 'QQ=='), call('g')), results(answer('f'))),
    /number of function response parts/,
  ],
  [
    'results in another order',
    contents(user(), model(call('f', 'QQ=='), call('g')), results(answer('g'), answer('f'))),
    /function response 0/,
  ],
  [
    'a result without a call',
    contents(user(), results(answer('f'))),
    /function response turn comes immediately/,
  ],
  [
    'words between a call and its result',
    contents(user(), model(call('f', 'QQ==')), user('x'), results(answer('f'))),
    /number of function response parts/,
  ],
  [
    'a call without a signature',
    contents(user(), model(call('f')), results(answer('f'))),
    /missing a thought_signature/,
  ],
  [
    'search beside functions, before Gemini 3',
    { ...contents(user()), tools: [{ googleSearch: {} }, { functionDeclarations: [{ name: 'f' }] }] },
    /unsupported/,
    'gemini-2.5-pro',
  ],
  [
    'a name that begins with a digit',
    { ...contents(user()), tools: [{ functionDeclarations: [{ name: '3d' }] }] },
    /Invalid function name/,
  ],
  [
    'a level for Gemini 2.5',
    { ...contents(user()), generationConfig: { thinkingConfig: { thinkingLevel: 'LOW' } } },
    /not supported/,
    'gemini-2.5-pro',
  ],
  [
    'thinking by a model that cannot',
    { ...contents(user()), generationConfig: { thinkingConfig: { includeThoughts: true } } },
    /not enabled/,
    'gemini-2.0-flash',
  ],
];

describe("the double of Gemini's API", () => {
  it.each(REFUSED)('refuses %s', (_, body, words, name) => {
    expect(refusalOf(body, name)).toMatch(words);
  });

  it('takes a call of an earlier turn without a signature, and any of Gemini 2.5', () => {
    const earlier = contents(user(), model(call('f')), results(answer('f')), user('More'));
    expect(refusalOf(earlier)).toBeUndefined();
    expect(
      refusalOf(contents(user(), model(call('f')), results(answer('f'))), 'gemini-2.5-pro'),
    ).toBeUndefined();
  });
});
