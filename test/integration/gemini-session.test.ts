import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import { createSealer } from '../../src/translate/seal.ts';
import { type GeminiScript, type GeminiUpstream, startGeminiUpstream } from '../support/gemini-upstream.ts';
import { askTranslated, askTranslatedJson } from '../support/translate/ask-translated.ts';

const SECRET = randomBytes(32);
const translateWith = (secret: Buffer) =>
  createTranslate({ sealer: createSealer(secret), clock: systemClock });

const PATCH = '*** Begin Patch\n*** Add File: a.txt\n+„hi" 🍓\n*** End Patch\n';
const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';

const exec = (id: string, cmd: string) => ({ functionCall: { id, name: 'exec_command', args: { cmd } } });
const SCRIPT: GeminiScript = [
  { parts: [{ text: '**Looking** around', thought: true }, exec('c1', 'ls'), exec('c2', 'pwd')] },
  {
    parts: [
      { text: 'Now I write. 🍓' },
      { functionCall: { id: 'c3', name: 'apply_patch', args: { input: PATCH } } },
    ],
  },
  { parts: [{ functionCall: { id: 'c4', name: 'view_image', args: { path: 'a.png' } } }] },
  { parts: [{ text: 'Done: one file.' }] },
];

const TOOLS = [
  {
    type: 'function',
    name: 'exec_command',
    description: 'Runs a command',
    parameters: { type: 'object', properties: { cmd: { type: 'string' } }, required: ['cmd'] },
    strict: false,
  },
  {
    type: 'function',
    name: 'view_image',
    parameters: { type: 'object', properties: { path: { type: 'string' } } },
  },
  {
    type: 'custom',
    name: 'apply_patch',
    description: 'Edits files',
    format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
  },
  { type: 'web_search' },
];

const BASE = {
  tools: TOOLS,
  tool_choice: 'auto',
  parallel_tool_calls: false,
  reasoning: { effort: 'medium', summary: 'auto' },
  store: false,
  include: ['reasoning.encrypted_content'],
};
const FIRST = [
  { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'You are Codex.' }] },
  { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Make a file.' }] },
];

type Fields = Readonly<Record<string, unknown>>;

/** What a client answers to each call. */
const resultOf = ({ type, call_id, name }: Fields): Fields[] => {
  if (type === 'custom_tool_call') return [{ type: 'custom_tool_call_output', call_id, output: 'ok' }];
  if (type !== 'function_call') return [];
  const image = [{ type: 'input_image', image_url: `data:image/png;base64,${PNG}` }];
  return [{ type: 'function_call_output', call_id, output: name === 'view_image' ? image : 'a.txt' }];
};

describe('a session with a model of Gemini', () => {
  let upstream: GeminiUpstream;
  afterEach(() => upstream.close());

  const play = async (model: string, secrets: readonly Buffer[]) => {
    upstream = await startGeminiUpstream(SCRIPT);
    let input: Fields[] = FIRST;
    const answers = [];
    for (let turn = 0; turn < 4; turn++) {
      const answer = await askTranslated({
        translate: translateWith(secrets[turn] ?? SECRET),
        spec: geminiSpec,
        url: upstream.url,
        headers: { 'x-goog-api-key': 'k' },
        model,
        request: { ...BASE, model, input },
      });
      answers.push(answer);
      input = [...input, ...answer.done, ...answer.done.flatMap(resultOf)];
    }
    return answers;
  };

  it('goes through calls, a patch and an image, with every signature back where it was issued', async () => {
    const [first, second, third, last] = await play('gemini-3-flash-preview', []);
    expect(upstream.refusals).toEqual([]);
    expect(first?.done).toMatchObject([
      { type: 'reasoning', summary: [{ text: '**Looking** around' }] },
      { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"ls"}' },
      { type: 'function_call', name: 'exec_command', arguments: '{"cmd":"pwd"}' },
    ]);
    expect(first?.response.usage).toEqual({
      input_tokens: 100,
      input_tokens_details: { cached_tokens: 40, cache_write_tokens: 0 },
      output_tokens: 25,
      output_tokens_details: { reasoning_tokens: 5 },
      total_tokens: 125,
    });
    expect(second?.done).toMatchObject([
      { type: 'message', content: [{ text: 'Now I write. 🍓' }] },
      { type: 'reasoning' },
      { type: 'custom_tool_call', name: 'apply_patch', input: PATCH },
    ]);
    expect(third?.done).toMatchObject([{ type: 'reasoning' }, { type: 'function_call', name: 'view_image' }]);
    expect(last?.done).toMatchObject([
      { type: 'message', content: [{ text: 'Done: one file.' }] },
      { type: 'reasoning' },
    ]);
    expect(last?.response.status).toBe('completed');
    expect(last?.losses).toEqual(['parallel_tool_calls: false']);
    const body = upstream.requests.at(-1)?.json();
    expect(JSON.stringify(body)).not.toContain('skip_thought_signature_validator');
    expect(body).toHaveProperty(
      ['contents', 6, 'parts', 0, 'functionResponse', 'parts'],
      [{ inlineData: { mimeType: 'image/png', data: PNG } }],
    );
  });

  it('goes on after a restart with another secret, and says what that cost', async () => {
    const [, second, , last] = await play('gemini-3-flash-preview', [SECRET, randomBytes(32)]);
    expect(upstream.refusals).toEqual([]);
    expect(second?.losses).toEqual([
      'encrypted reasoning of another provider',
      'reasoning of another model',
      'thought signature of calls that have none (bypassed)',
      'parallel_tool_calls: false',
    ]);
    expect(last?.done).toMatchObject([{ type: 'message' }, { type: 'reasoning' }]);
  });

  it('goes through the same with Gemini 2.5, which has no search beside functions', async () => {
    const [first, , , last] = await play('gemini-2.5-pro', []);
    expect(upstream.refusals).toEqual([]);
    expect(first?.losses).toEqual(['web_search tool beside functions', 'parallel_tool_calls: false']);
    expect(last?.response.output).toMatchObject([
      { type: 'message', content: [{ text: 'Done: one file.' }] },
    ]);
  });

  it('is told of a refusal with its status and in the words of Google', async () => {
    upstream = await startGeminiUpstream(SCRIPT);
    const input = {
      translate: translateWith(SECRET),
      spec: geminiSpec,
      url: upstream.url,
      headers: {},
      model: 'gemini-3-flash-preview',
      request: { ...BASE, input: 'Hi' },
    };
    const refused = await askTranslatedJson(input);
    expect(refused).toMatchObject({
      status: 403,
      body: { error: { message: "Method doesn't allow unregistered callers.", code: 'PERMISSION_DENIED' } },
    });
    const answered = await askTranslatedJson({ ...input, headers: { 'x-goog-api-key': 'k' } });
    expect(answered).toMatchObject({ status: 200, body: { object: 'response', status: 'completed' } });
  });
});
