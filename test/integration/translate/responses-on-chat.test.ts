import OpenAI from 'openai';
import type { ResponseInput, ResponseInputItem } from 'openai/resources/responses/responses';
import { afterEach, describe, expect, it } from 'vitest';
import { OPENAI_CHAT } from '../../../src/providers/openai-chat.ts';
import { alibabaSpec } from '../../../src/providers/specs/alibaba.ts';
import { deepseekSpec } from '../../../src/providers/specs/deepseek.ts';
import { groqSpec } from '../../../src/providers/specs/groq.ts';
import { minimaxSpec } from '../../../src/providers/specs/minimax.ts';
import { mistralSpec } from '../../../src/providers/specs/mistral.ts';
import { moonshotSpec } from '../../../src/providers/specs/moonshot.ts';
import { ollamaSpec } from '../../../src/providers/specs/ollama.ts';
import { openrouterSpec } from '../../../src/providers/specs/openrouter.ts';
import { vllmSpec } from '../../../src/providers/specs/vllm.ts';
import { zaiSpec } from '../../../src/providers/specs/zai.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import type { ChatTurn } from '../../support/chat/answer-chunks.ts';
import type { Flavour } from '../../support/chat/check-conversation.ts';
import { type ChatScript, type ChatUpstream, startChatUpstream } from '../../support/chat-upstream.ts';
import { createTranslatingFetch } from '../../support/translate/translating-fetch.ts';

const QUIRKS = {
  openai: OPENAI_CHAT,
  deepseek: deepseekSpec.chat,
  openrouter: openrouterSpec.chat,
  mistral: mistralSpec.chat,
  groq: groqSpec.chat,
  moonshot: moonshotSpec.chat,
  minimax: minimaxSpec.chat,
  alibaba: alibabaSpec.chat,
  zai: zaiSpec.chat,
  template: vllmSpec.chat,
  local: ollamaSpec.chat,
};

/** A name that says with every provider that the model sees images. */
const MODEL = 'llama-4-vision-vl';

let upstream: ChatUpstream;
afterEach(() => upstream.close());

const createClient = async (script: ChatScript, flavour: Flavour) => {
  upstream = await startChatUpstream(script, flavour);
  const spec = createChatSpec(QUIRKS[flavour]);
  const { fetch, sent } = createTranslatingFetch(upstream.url, spec, { authorization: 'Bearer k' });
  const client = new OpenAI({ apiKey: 'k', baseURL: 'http://localhost/v1', fetch, maxRetries: 0 });
  return { client, sent };
};

const PATCH = '*** Begin Patch\n*** Add File: a\n+"ä" \\\n*** End Patch\n';
const TURNS: readonly [ChatTurn, ...ChatTurn[]] = [
  {
    thought: 'First I look. 🤔',
    text: 'Let me look.',
    calls: [
      { name: 'exec_command', json: '{"cmd":"ls"}' },
      { name: 'agents__spawn', json: '{}' },
    ],
  },
  { thought: 'Now the patch.', calls: [{ name: 'apply_patch', json: JSON.stringify({ input: PATCH }) }] },
  { thought: 'Done.', text: 'All done.' },
];
const object = { type: 'object', properties: {} };
const TOOLS: OpenAI.Responses.Tool[] = [
  { type: 'function', name: 'exec_command', parameters: object, strict: false },
  {
    type: 'custom',
    name: 'apply_patch',
    format: { type: 'grammar', syntax: 'lark', definition: 'start: "x"' },
  },
  {
    type: 'namespace',
    name: 'agents',
    description: 'Agents.',
    tools: [{ type: 'function', name: 'spawn', parameters: object }],
  },
  { type: 'web_search' },
];

/** What a client of its own does with the calls of a response. */
const resultsOf = (output: readonly OpenAI.Responses.ResponseOutputItem[]): ResponseInputItem[] =>
  output.flatMap((item): ResponseInputItem[] => {
    if (item.type === 'custom_tool_call') {
      return [{ type: 'custom_tool_call_output', call_id: item.call_id, output: 'patched' }];
    }
    if (item.type !== 'function_call') return [];
    const image = {
      type: 'input_image' as const,
      image_url: 'data:image/png;base64,AAAA',
      detail: 'auto' as const,
    };
    const output = item.name === 'spawn' ? [{ type: 'input_text' as const, text: 'shown' }, image] : 'a.txt';
    return [{ type: 'function_call_output', call_id: item.call_id, output }];
  });

describe.each(Object.keys(QUIRKS) as Flavour[])('a session of a Responses client on %s', (flavour) => {
  it('goes on over three turns: calls, a patch, an image, thoughts that go back', async () => {
    const { client, sent } = await createClient(TURNS, flavour);
    const input: ResponseInput = [
      { type: 'message', role: 'developer', content: 'You are Codex.' },
      { type: 'message', role: 'user', content: 'The folder is /x.' },
      { type: 'message', role: 'user', content: 'Patch it.' },
    ];
    const outputs: OpenAI.Responses.ResponseOutputItem[][] = [];
    for (const stream of [true, false, true]) {
      const ask = {
        model: MODEL,
        input: [...input],
        tools: TOOLS,
        store: false,
        parallel_tool_calls: true,
        include: ['reasoning.encrypted_content' as const],
      };
      const { output, status } = stream
        ? await client.responses.stream(ask).finalResponse()
        : await client.responses.create({ ...ask, stream: false });
      expect(status).toBe('completed');
      outputs.push(output);
      input.push(...(output as ResponseInputItem[]), ...resultsOf(output));
      // Codex puts such words between turns.
      input.push({ type: 'message', role: 'developer', content: 'Go on.' });
    }
    expect(upstream.refusals).toEqual([]);
    expect(outputs.map((output) => output.map(({ type }) => type))).toEqual([
      ['reasoning', 'message', 'function_call', 'function_call'],
      ['reasoning', 'custom_tool_call'],
      ['reasoning', 'message'],
    ]);
    expect(outputs[0]?.[3]).toMatchObject({ name: 'spawn', namespace: 'agents' });
    expect(outputs[1]?.[1]).toMatchObject({ name: 'apply_patch', input: PATCH });
    expect(outputs[2]?.[1]).toMatchObject({ content: [{ text: 'All done.' }] });

    const last = JSON.stringify(upstream.accepted[2]);
    for (const said of ['You are Codex.', 'Patch it.', 'a.txt', 'patched', 'Go on.']) {
      expect(last).toContain(said);
    }
    // Its models see none.
    expect(last).toContain(
      ['deepseek', 'minimax'].includes(flavour) ? '[image: this model cannot be shown it]' : 'AAAA',
    );
    expect(sent[2]?.losses).toContain('web_search tool');
  });
});

it('a refusal of the provider arrives with its status and its words', async () => {
  const message = 'This model is not available.';
  const { client } = await createClient(
    [{ kind: 'json', status: 429, body: { error: { message, type: 'rate_limit', code: 'slow_down' } } }],
    'openai',
  );
  const asked = client.responses.create({ model: 'm', input: 'x' });
  await expect(asked).rejects.toMatchObject({
    status: 429,
    code: 'slow_down',
    type: 'rate_limit',
    message: expect.stringContaining(message),
  });
});

it('an answer of one object is a stream for a client that wants one', async () => {
  const body = {
    id: 'c',
    model: 'm',
    choices: [{ message: { role: 'assistant', content: 'ok' }, finish_reason: 'stop' }],
  };
  const { client } = await createClient([{ kind: 'json', body }], 'openai');
  const response = await client.responses.stream({ model: 'm', input: 'x' }).finalResponse();
  expect(response.output_text).toBe('ok');
});
