import { randomBytes } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import { createTranslate } from '../../../src/translate/create-translate.ts';
import { createSealer } from '../../../src/translate/seal.ts';
import { MODELS } from '../../support/anthropic/check-model.ts';
import {
  type AnthropicUpstream,
  type ScriptedTurn,
  startAnthropicUpstream,
} from '../../support/anthropic/upstream.ts';

type Item = Readonly<Record<string, unknown>> & { readonly type: string };

/** A session as Codex has it: thoughts, parallel calls, a search, a patch, late instructions, an image. */
const SESSION: readonly [ScriptedTurn, ...ScriptedTurn[]] = [
  { say: [{ thinking: 'Grüße – 你好 🎉' }, { text: 'I look.' }, { call: 'exec', input: { cmd: 'ls' } }] },
  {
    say: [
      { thinking: '' },
      { call: 'exec', input: { cmd: 'cat a "b"' } },
      { call: 'exec', input: { cmd: '\u0000\\n' } },
    ],
  },
  {
    say: [{ redacted: 'x' }, { call: 'apply_patch', input: { input: '*** Begin Patch\n+é\n*** End Patch' } }],
  },
  { say: [{ thinking: 'Search.' }, { search: 'north' }, { thinking: 'Found.' }, { text: 'It is up.' }] },
  { say: [{ thinking: 'Last.' }, { text: 'Done.' }] },
];

const TOOLS = [
  { type: 'function', name: 'exec', parameters: { type: 'object', properties: { cmd: { type: 'string' } } } },
  {
    type: 'custom',
    name: 'apply_patch',
    format: { type: 'grammar', syntax: 'lark', definition: 'start: /x/' },
  },
  { type: 'web_search' },
];
const message = (role: string, text: string): Item => ({
  type: 'message',
  role,
  content: [{ type: 'input_text', text }],
});

/** A client that runs what it is told to, and keeps everything. */
const answersTo = (output: readonly Item[]): Item[] =>
  output.flatMap((item): Item[] => {
    if (item.type === 'function_call') {
      const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA' };
      return [{ type: 'function_call_output', call_id: item.call_id, output: [image] }];
    }
    if (item.type !== 'custom_tool_call') return [];
    return [{ type: 'custom_tool_call_output', call_id: item.call_id, output: 'patched' }];
  });

const outputOf = (stream: string): Item[] => {
  const [, data] = /event: response\.completed\ndata: (.*)\n/.exec(stream) ?? [];
  if (data === undefined) throw new Error(`the answer was not completed: ${stream}`);
  return JSON.parse(data).response.output;
};

describe('a session with a model of Anthropic, from our client to their API and back', () => {
  let double: AnthropicUpstream | undefined;
  afterEach(async () => {
    await double?.close();
  });

  /** @param rewrite what the client does to its history after two turns */
  const runSession = async (
    model: string,
    upstream: AnthropicUpstream,
    rewrite: (input: Item[]) => void = () => undefined,
  ): Promise<readonly string[]> => {
    // A new sealer with the same secret, as after a restart.
    const secret = randomBytes(32);
    const input: Item[] = [message('developer', 'Rules.'), message('user', 'Go.')];
    const losses = new Set<string>();
    for (let turn = 0; turn < 8 && upstream.accepted.length < SESSION.length; turn++) {
      const sealer = createSealer(secret);
      const translate = createTranslate({ sealer, clock: systemClock });
      const body = {
        model: 'alias',
        input,
        tools: TOOLS,
        stream: true,
        reasoning: { effort: 'high', summary: 'auto' },
      };
      const translation = translate({
        api: 'responses',
        path: '/responses',
        body: Buffer.from(JSON.stringify(body)),
        model,
        spec: createAnthropicSpec(),
      });
      for (const loss of translation.losses) losses.add(loss);
      const response = await fetch(upstream.url + translation.path, {
        method: 'POST',
        headers: { ...translation.headers, 'x-api-key': 'k', 'content-type': 'application/json' },
        body: translation.body,
      });
      const answer = translation.answer(response.status, response.headers.get('content-type') ?? '');
      const pieces = [answer.push(Buffer.from(await response.arrayBuffer())), answer.end()];
      const output = outputOf(Buffer.concat(pieces).toString());
      input.push(...output, ...answersTo(output));
      if (turn === 1) rewrite(input);
      if (turn === 2) input.push(message('developer', 'Now be brief.'));
      if (turn === 3) input.push(message('developer', 'Briefer.'), message('user', 'And now?'));
    }
    return [...losses];
  };

  it.each(Object.keys(MODELS))('loses no thought of %s and changes none', async (model) => {
    double = await startAnthropicUpstream(SESSION);
    const losses = await runSession(model, double);
    expect(double.refusals).toEqual([]);
    expect(double.dropped).toEqual([]);
    expect(double.accepted).toHaveLength(SESSION.length);
    const replayed = double.accepted.at(-1)?.messages.filter(({ role }) => role === 'assistant');
    // All but the search with thoughts around it, which budgets do not know, come back to the byte.
    for (const [place, { content }] of double.said.slice(0, 3).entries()) {
      expect(replayed?.[place]?.content).toEqual(content);
    }
    if (MODELS[model]?.thinking.includes('adaptive')) {
      expect(replayed?.[3]?.content).toMatchObject(double.said[3]?.content ?? []);
    }
    expect(losses).not.toContain("reasoning that is not this provider's own");
  });

  it('ends, where the provider refuses, with its words and not with half an answer', async () => {
    double = await startAnthropicUpstream([{ say: [{ text: 'I begin' }], stopReason: 'refusal' }]);
    const refused = runSession('claude-opus-5-5', double);
    await expect(refused).rejects.toThrow(/"code":"invalid_prompt","message":"The provider's safety checks/);
  });

  it('goes on without its thoughts where the client has rewritten what came before them', async () => {
    double = await startAnthropicUpstream(SESSION);
    await runSession('claude-opus-5-5', double, (input) => {
      input[1] = message('user', 'Go elsewhere.');
    });
    expect(double.refusals).toEqual([]);
    expect(double.dropped).not.toEqual([]);
    expect(double.accepted).toHaveLength(SESSION.length);
  });
});
