import { describe, expect, it } from 'vitest';
import { compatibleSpec } from '../../../src/providers/specs/compatible.ts';
import { groqSpec } from '../../../src/providers/specs/groq.ts';
import { ollamaSpec } from '../../../src/providers/specs/ollama.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import type { Ask, AskItem, AskPart } from '../../../src/translate/ask.ts';
import { chatNeeds } from '../../../src/translate/chat/needs.ts';
import type { ChatQuirks } from '../../../src/translate/chat/quirks.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { geminiSpec } from '../../../src/translate/gemini/spec.ts';
import { REPAIRS } from '../../../src/translate/repair/passes.ts';
import { repairAsk } from '../../../src/translate/repair/repair-pass.ts';
import { responsesSpec } from '../../../src/translate/responses/spec.ts';
import type { ModelFacts } from '../../../src/translate/translation.ts';
import { BYTES } from '../../support/translate/awkward-request.ts';

const user = (...parts: AskPart[]): AskItem => ({ kind: 'message', role: 'user', parts });
const text = (words: string): AskPart => ({ kind: 'text', text: words });
const image = (url: string): AskPart => ({ kind: 'image', url });
const askOf = (members: Partial<Ask>): Ask => ({
  model: 'm',
  items: [user(text('Hi'))],
  tools: [],
  wantsReasoning: false,
  stream: true,
  ...members,
});
const onChat = (members: Partial<Ask>, quirks: ChatQuirks | undefined = {}, facts: ModelFacts = {}) =>
  createChatSpec(quirks).writeRequest(askOf(members), facts);

it('leaves an ask that needs no repair as it is', () => {
  const ask = askOf({ items: [user(text('Hi'), image(`data:image/png;base64,${BYTES.png}`))] });
  const repaired = repairAsk(ask, REPAIRS.chat, chatNeeds({}, 'm', {}));
  expect(repaired.ask).toStrictEqual(ask);
  expect(repaired.ask.items).toBe(ask.items);
  expect(repaired.losses).toEqual([]);
});

it('says of every repair why there is one', () => {
  for (const { name, reason } of Object.values(REPAIRS).flat()) {
    expect(name).toMatch(/^[a-z]+(?:-[a-z]+)+$/);
    expect(reason).toMatch(/\.$/);
  }
});

describe('an image', () => {
  const sent = (part: AskPart, quirks?: ChatQuirks, facts?: ModelFacts) => {
    const { body, losses } = onChat({ items: [user(part)] }, quirks, facts);
    const [message] = body.messages as { content: string | { image_url?: { url: string } }[] }[];
    const content = message?.content;
    return { content: typeof content === 'string' ? content : content?.[0]?.image_url?.url, losses };
  };

  it.each([
    ['image/png', BYTES.jpeg, 'image/jpeg'],
    ['IMAGE/JPEG', BYTES.jpeg, 'image/jpeg'],
    ['image/jpg', 'AAAA', 'image/jpeg'],
    ['application/octet-stream', BYTES.gif, 'image/gif'],
    ['', BYTES.png, 'image/png'],
  ])('declared as %j is what its first bytes say', (declared, base64, type) => {
    expect(sent(image(`data:${declared};base64,${base64}`))).toEqual({
      content: `data:${type};base64,${base64}`,
      losses: [],
    });
  });

  it('may be wrapped, in the alphabet of URLs, without padding, or without its head', () => {
    const url = `data:image/png;base64,${BYTES.png}`;
    const wrapped = `data:image/png;base64,${BYTES.png.replace(/.{8}/g, '$&\r\n')}`;
    const forUrls = `data:image/jpeg;charset=x;BASE64,${Buffer.from('ffd8fffbfbff', 'hex').toString('base64url')}`;
    expect(sent(image(wrapped)).content).toBe(url);
    expect(sent(image(BYTES.png)).content).toBe(url);
    expect(sent(image(forUrls)).content).toBe('data:image/jpeg;base64,/9j/+/v/');
  });

  it.each([
    'data:image/png;base64,%%',
    'data:image/png;base64,',
    'data:image/png',
    'file:///a.png',
    'sediment://x',
  ])('that cannot be read is named in its place: %s', (url) => {
    expect(sent(image(url))).toEqual({
      content: '[image: it could not be read]',
      losses: ['image that cannot be read'],
    });
  });

  it('by its address goes only to who fetches it', () => {
    const url = 'https://example.com/a.png';
    expect(sent(image(url)).content).toBe(url);
    expect(sent(image(url), ollamaSpec.chat).content).toContain(`${url}, which this provider does not fetch`);
    const plain = createAnthropicSpec().writeRequest(
      askOf({ items: [user(image('http://example.com/a.png'))] }),
    );
    expect(plain.losses).toEqual(['image by its address, which the provider does not fetch']);
  });

  it('is not shown to a model that sees none, by its provider, its name, or the configuration', () => {
    const picture = image(`data:image/png;base64,${BYTES.png}`);
    const placeholder = { content: '[image: this model cannot be shown it]', losses: ['image'] };
    expect(sent(picture, { images: false })).toEqual(placeholder);
    expect(sent(picture, groqSpec.chat)).toEqual(placeholder);
    expect(sent(picture, {}, { inputModalities: ['text'] })).toEqual(placeholder);
    expect(sent(picture, { images: false }, { inputModalities: ['text', 'image'] }).losses).toEqual([]);
    for (const spec of [createAnthropicSpec(), geminiSpec]) {
      const { body } = spec.writeRequest(askOf({ items: [user(picture)] }), { inputModalities: ['text'] });
      expect(JSON.stringify(body)).toContain(placeholder.content);
    }
  });
});

describe('a file', () => {
  it('of text is told as text where the provider takes no files', () => {
    const file: AskPart = { kind: 'file', name: 'a.csv', url: `data:;base64,${btoa('1,2')}` };
    expect(onChat({ items: [user(file)] }).body.messages).toEqual([
      { role: 'user', content: '[file a.csv]\n1,2' },
    ]);
  });

  it('that is an image is shown as one', () => {
    const file: AskPart = { kind: 'file', name: 'a', url: `data:;base64,${BYTES.png}` };
    expect(JSON.stringify(onChat({ items: [user(file)] }).body)).toContain('"image_url"');
  });
});

describe('a schema', () => {
  const tool = (parameters: object, name = 'f') => ({
    kind: 'function' as const,
    name,
    parameters: { ...parameters },
  });
  const deep = (levels: number): object =>
    levels === 0 ? { type: 'string' } : { type: 'object', properties: { a: deep(levels - 1) } };
  const wide = { properties: Object.fromEntries(Array.from({ length: 20_001 }, (_, at) => [`p${at}`, {}])) };

  it.each([
    ['nested too deeply', deep(101)],
    ['too large', wide],
  ])('that is %s leaves its tool out, and no other', (_what, parameters) => {
    const { body, losses } = onChat({ tools: [tool(parameters, 'bad'), tool(deep(40), 'good')] });
    expect((body.tools as { function: { name: string } }[]).map((each) => each.function.name)).toEqual([
      'good',
    ]);
    expect(losses).toEqual(['tool bad, whose schema is too large']);
  });

  it('that refers to itself many times over stays small for Gemini', () => {
    const refs = Object.fromEntries(Array.from({ length: 12 }, (_, at) => [`p${at}`, { $ref: '#/$defs/D' }]));
    const parameters = {
      properties: refs,
      $defs: {
        D: { properties: Object.fromEntries(Object.keys(refs).map((key) => [key, { $ref: '#/$defs/E' }])) },
        E: { properties: { ...refs } },
      },
    };
    const { body, losses } = geminiSpec.writeRequest(askOf({ tools: [tool(parameters)] }));
    expect(JSON.stringify(body).length).toBeLessThan(200_000);
    expect(losses.join()).toMatch(/recursion|too large/);
  });

  it('keeps keys apart that come out alike, and those that only look strange', () => {
    const parameters = { properties: { 'a b': {}, 'a/b': {}, a_b: {}, 'a.b-c': {}, ä: {}, '': {} } };
    const { body, renamedKeys } = onChat({ tools: [tool(parameters)] });
    const [sent] = body.tools as { function: { parameters: { properties: object } } }[];
    const keys = Object.keys(sent?.function.parameters.properties ?? {});
    expect(new Set(keys).size).toBe(6);
    expect(keys.every((key) => /^[a-zA-Z0-9_.-]{1,64}$/.test(key))).toBe(true);
    expect([...(renamedKeys?.get('f')?.values() ?? [])].sort()).toEqual(['', 'a b', 'a/b', 'ä']);
  });

  it('has the keys of earlier calls renamed with it', () => {
    const { body } = onChat({
      tools: [tool({ properties: { $top: {} } })],
      items: [user(text('Hi')), { kind: 'call', callId: '1', name: 'f', json: '{"$top":1}' }],
    });
    expect(JSON.stringify(body.messages)).toContain('{\\"_top\\":1}');
  });
});

describe('limits', () => {
  it('of the output are those of the model, and leave room for the input', () => {
    const max = (wanted: number, facts: ModelFacts, items?: AskItem[]) =>
      onChat({ maxOutputTokens: wanted, ...(items && { items }) }, {}, facts).body.max_tokens;
    expect(max(100_000, { maxOutputTokens: 8192 })).toBe(8192);
    expect(max(100, { maxOutputTokens: 8192 })).toBe(100);
    const long = [user(text('x'.repeat(60_000)))];
    expect(max(20_000, { contextWindow: 32_000 }, long)).toBeLessThanOrEqual(12_000);
    // What is too long anyway is for the provider to refuse.
    expect(max(20_000, { contextWindow: 8000 }, long)).toBe(20_000);
  });

  it('of the number of tools hold for who has one', () => {
    const tools = Array.from({ length: 129 }, (_, at) => ({
      kind: 'function' as const,
      name: `t${at}`,
      parameters: { type: 'object', properties: {} },
    }));
    expect(onChat({ tools: tools.slice(1) }).losses).toEqual([]);
    expect(onChat({ tools }).losses).toEqual(['tools after the first 128']);
    expect(onChat({ tools }, ollamaSpec.chat).losses).toEqual([]);
  });

  it('of roles: one leading system message, for servers that nobody knows as well', () => {
    const says = (role: 'system' | 'developer' | 'user', words: string): AskItem => ({
      kind: 'message',
      role,
      parts: [text(words)],
    });
    const items = [says('system', 'A'), says('developer', 'B'), says('user', 'C'), says('developer', 'D')];
    expect(onChat({ items }, compatibleSpec.chat).body.messages).toEqual([
      { role: 'system', content: 'A\n\nB' },
      { role: 'user', content: 'C\n\nD' },
    ]);
  });
});

describe('K3: half of an emoji', () => {
  const HALF = 'cut \ud83d';
  const schema = { type: 'object', properties: { x: { type: 'string', description: HALF } } };
  const items: AskItem[] = [
    { kind: 'message', role: 'system', parts: [text(HALF)] },
    user(text(HALF), text('whole 😀')),
    { kind: 'call', callId: 'a', name: 'f', json: '{"x":"\\ud83d","y":"\\ud83d\\ude00"}' },
    { kind: 'result', callId: 'a', parts: [text('\ude00 cut')] },
    { kind: 'call', callId: 'b', name: 'f', json: '{"x":"\\ud83d\\ude00"}' },
    { kind: 'result', callId: 'b', parts: [text('ok')] },
  ];
  const tools = [{ kind: 'function' as const, name: 'f', description: HALF, parameters: schema }];

  it.each([
    ['chat completions', createChatSpec()],
    ["Anthropic's Messages", createAnthropicSpec()],
    ['Gemini', geminiSpec],
    ['Responses', responsesSpec],
  ])('never reaches %s, wherever it stands, and whole ones do', (_title, spec) => {
    const { body, losses } = spec.writeRequest(askOf({ items, tools }));
    // JSON has no other way to write half a pair.
    const strings = JSON.stringify(body).replaceAll(
      /\\+u[dD][89abAB][\da-fA-F]{2}\\+u[dD][c-fC-F][\da-fA-F]{2}/g,
      '😀',
    );
    expect(strings).not.toMatch(/\\u[dD][89a-fA-F]/);
    expect(strings.match(/😀/g)).toHaveLength(3);
    expect(losses).toContain('half a character of a text (sent as \ufffd)');
  });

  it('is missed nowhere else', () => {
    const whole = [user(text('whole 😀'))];
    expect(onChat({ items: whole }).losses).toEqual([]);
  });
});
