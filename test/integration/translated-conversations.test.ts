import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../src/base/time/clock.ts';
import { createTranslate } from '../../src/translate/create-translate.ts';
import { geminiSpec } from '../../src/translate/gemini/spec.ts';
import { createSealer } from '../../src/translate/seal.ts';
import { type GeminiScript, type GeminiUpstream, startGeminiUpstream } from '../support/gemini-upstream.ts';
import { askTranslated, askTranslatedJson } from '../support/translate/ask-translated.ts';
import { checkGeminiRequest } from '../support/translate/check-gemini-request.ts';

const MODEL = 'gemini-3-flash-preview';
const SECRET = randomBytes(32);
const createTestTranslate = (secret = SECRET) =>
  createTranslate({ sealer: createSealer(secret), clock: systemClock });

const user = (text: string) => ({ type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
const developer = { type: 'message', role: 'developer', content: 'You are Codex.' };
const history = [
  developer,
  user('Make a file.'),
  { type: 'function_call', call_id: 'c1', name: 'exec_command', arguments: '{"cmd":"ls"}' },
  { type: 'function_call_output', call_id: 'c1', output: 'a.txt' },
];
const TOOLS = [
  {
    type: 'function',
    name: 'exec_command',
    parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
  },
];

let upstream: GeminiUpstream;
afterEach(() => upstream.close());

const start = async (script: GeminiScript, translate = createTestTranslate()) => {
  upstream = await startGeminiUpstream(script);
  return (request: Record<string, unknown>, path = '/responses') => ({
    translate,
    spec: geminiSpec,
    url: upstream.url,
    headers: { 'x-goog-api-key': 'k' },
    model: MODEL,
    path,
    request: { model: 'gemini', tools: TOOLS, store: false, ...request },
  });
};

/** What each content of the last request says, as `role: text`. */
const lastConversation = (): string[] => {
  const checked = checkGeminiRequest(upstream.requests.at(-1)?.json(), MODEL);
  if ('refusal' in checked) throw new Error(checked.refusal);
  return checked.request.contents.map(
    ({ role, parts }) => `${role}: ${parts.map(({ text }) => text ?? '(tool)').join('|')}`,
  );
};

describe('the compaction of a conversation with a translated model', () => {
  it('is a summary by the model, sealed, as the one item of a stream (Codex 0.169.0)', async () => {
    const ask = await start([
      { parts: [{ text: 'thinking', thought: true }, { text: 'A file is wanted.' }] },
    ]);
    const answer = await askTranslated(ask({ input: [...history, { type: 'compaction_trigger' }] }));
    expect(upstream.refusals).toEqual([]);
    expect(answer.types).toEqual([
      'response.created',
      'response.in_progress',
      'response.output_item.added',
      'response.output_item.done',
      'response.completed',
    ]);
    const [compaction] = answer.response.output;
    expect(compaction).toEqual({
      type: 'compaction',
      id: expect.stringMatching(/^cmp_/),
      encrypted_content: expect.stringMatching(/^gm1\./),
    });
    expect(answer.response.usage).toMatchObject({ input_tokens: 100, output_tokens: 25 });
    expect(answer.losses).toContain('compaction (a summary by the model, asked for by gomodel-ts)');
    expect(upstream.requests[0]?.json()).toMatchObject({
      toolConfig: { functionCallingConfig: { mode: 'NONE' } },
      tools: [{ functionDeclarations: [{ name: 'exec_command' }] }],
    });
    expect(lastConversation().at(-1)).toMatch(/^user: This conversation is about to be cut off/);

    await askTranslated(ask({ input: [developer, user('Make a file.'), compaction, user('Go on.')] }));
    expect(lastConversation()).toEqual([
      'user: Make a file.|Summary of the conversation up to here, written by gemini-3-flash-preview when gomodel-ts made it short:\n\nA file is wanted.|Go on.',
    ]);
  });

  it('is an object with what the user said before it, for who asks at the path (Codex 0.113.0)', async () => {
    const ask = await start([{ parts: [{ text: 'Short.' }] }]);
    const long = user('x'.repeat(70_000));
    const input = [user('Too old.'), long, { role: 'user', content: 'Make a file.' }, ...history.slice(2)];
    const { status, body } = await askTranslatedJson(
      ask({ input, instructions: 'Be Codex.' }, '/responses/compact'),
    );
    expect(status).toBe(200);
    expect(body).toEqual({
      id: expect.stringMatching(/^resp_/),
      object: 'response.compaction',
      created_at: expect.any(Number),
      model: 'gemini-3-flash-preview',
      output: [
        { type: 'message', role: 'user', content: 'Make a file.' },
        { id: expect.any(String), type: 'compaction', encrypted_content: expect.stringMatching(/^gm1\./) },
      ],
      usage: expect.objectContaining({ total_tokens: 125 }),
    });
    expect(upstream.requests[0]?.url).toMatch(/:streamGenerateContent/);
  });

  it('fails in words where the model writes no summary', async () => {
    const ask = await start([{ parts: [{ functionCall: { id: 'c2', name: 'exec_command', args: {} } }] }]);
    const input = [...history, { type: 'compaction_trigger' }];
    const answer = await askTranslated(ask({ input }));
    expect(answer.response).toMatchObject({
      status: 'failed',
      error: { code: 'compaction_failed', message: expect.stringContaining('wrote no summary') },
    });
    const { body } = await askTranslatedJson(ask({ input: history }, '/responses/compact'));
    expect(body).toMatchObject({ error: { code: 'compaction_failed' } });
  });
});

describe('previous_response_id with a provider that keeps nothing', () => {
  const say = (text: string) => ({ parts: [{ text }] });

  it('brings back the whole conversation, forks included', async () => {
    const ask = await start([say('One.'), say('Two.'), say('Three.')]);
    const first = await askTranslated(ask({ input: 'First?', store: undefined, instructions: 'Be brief.' }));
    expect(first.response.store).toBe(true);
    const second = await askTranslated(
      ask({ input: [user('Second?')], store: true, previous_response_id: first.response.id }),
    );
    expect(lastConversation()).toEqual(['user: First?', 'model: One.|', 'user: Second?']);
    expect(second.response.previous_response_id).toBe(first.response.id);
    expect(second.losses).toEqual([]);
    // Instructions are of one request alone.
    expect(upstream.requests[1]?.json()).not.toHaveProperty('systemInstruction');
    await askTranslatedJson(ask({ input: 'Third?', previous_response_id: second.response.id }));
    expect(lastConversation()).toEqual([
      'user: First?',
      'model: One.|',
      'user: Second?',
      'model: Two.|',
      'user: Third?',
    ]);
    await askTranslatedJson(ask({ input: 'Fork?', previous_response_id: first.response.id }));
    expect(lastConversation()).toEqual(['user: First?', 'model: One.|', 'user: Fork?']);
    expect(upstream.refusals).toEqual([]);
  });

  it('brings back the reasoning that its provider wants, and calls for their results', async () => {
    const ask = await start([
      { parts: [{ functionCall: { id: 'c1', name: 'exec_command', args: { cmd: 'ls' } } }] },
      say('Done.'),
    ]);
    const first = await askTranslated(ask({ input: 'List.', store: true }));
    const output = [{ type: 'function_call_output', call_id: 'c1', output: 'a.txt' }];
    const second = await askTranslated(ask({ input: output, previous_response_id: first.response.id }));
    expect(second.losses).toEqual([]);
    expect(upstream.refusals).toEqual([]);
  });

  it('is refused where there is nothing of that id: never kept, or not to be kept', async () => {
    const ask = await start([say('One.')]);
    const first = await askTranslated(ask({ input: 'First?', store: false }));
    await expect(
      askTranslated(ask({ input: 'Second?', previous_response_id: first.response.id })),
    ).rejects.toMatchObject({
      code: 'previous_response_not_found',
      status: 400,
      param: 'previous_response_id',
    });
  });
});
