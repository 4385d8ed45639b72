import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
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
import { xaiSpec } from '../../../src/providers/specs/xai.ts';
import { zaiSpec } from '../../../src/providers/specs/zai.ts';
import type { Ask, AskItem, AskPart } from '../../../src/translate/ask.ts';
import type { ChatQuirks } from '../../../src/translate/chat/quirks.ts';
import { createChatSpec } from '../../../src/translate/chat/spec.ts';
import { checkConversation, type Flavour } from '../../support/chat/check-conversation.ts';
import { type ChatRequest, parseChatRequest } from '../../support/chat/request-schema.ts';

const FLAVOURS: Readonly<Record<Flavour, ChatQuirks | undefined>> = {
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

const askOf = (members: Partial<Ask>): Ask => ({
  model: 'm',
  items: [],
  tools: [],
  wantsReasoning: false,
  stream: true,
  ...members,
});
const write = (members: Partial<Ask>, quirks: ChatQuirks = {}) => {
  const { body, losses } = createChatSpec(quirks).writeRequest(askOf(members));
  return { body: body as ChatRequest & Record<string, unknown>, losses };
};
const messagesOf = (items: readonly AskItem[], quirks: ChatQuirks = {}) =>
  write({ items }, quirks).body.messages;

const text = (words: string): AskPart => ({ kind: 'text', text: words });
const says = (role: 'system' | 'developer' | 'user' | 'assistant', ...parts: AskPart[]): AskItem => ({
  kind: 'message',
  role,
  parts,
});
const call = (callId: string, name = 'run'): AskItem => ({ kind: 'call', callId, name, json: '{}' });
const result = (callId: string, ...parts: AskPart[]): AskItem => ({ kind: 'result', callId, parts });
const PNG = 'data:image/png;base64,AAAA';
const picture: AskPart = { kind: 'image', url: PNG };

describe('a conversation', () => {
  it('becomes messages: what the model did in one go is one of them', () => {
    const items = [
      says('system', text('Be brief.')),
      says('user', text('Look'), picture),
      { kind: 'reasoning', text: 'Hm.' } as const,
      says('assistant', text('Looking.')),
      call('a'),
      call('b'),
      result('a', text('one')),
      result('b', text('two')),
      says('assistant', text('Done.')),
    ];
    expect(messagesOf(items, { thoughts: 'reasoning_content' })).toEqual([
      { role: 'system', content: 'Be brief.' },
      {
        role: 'user',
        content: [
          { type: 'text', text: 'Look' },
          { type: 'image_url', image_url: { url: PNG } },
        ],
      },
      {
        role: 'assistant',
        content: 'Looking.',
        reasoning_content: 'Hm.',
        tool_calls: [
          { id: 'a', type: 'function', function: { name: 'run', arguments: '{}' } },
          { id: 'b', type: 'function', function: { name: 'run', arguments: '{}' } },
        ],
      },
      { role: 'tool', tool_call_id: 'a', content: 'one' },
      { role: 'tool', tool_call_id: 'b', content: 'two' },
      { role: 'assistant', content: 'Done.' },
    ]);
  });

  it('answers every call at once, be it that the client put something between or gave no result', () => {
    const items = [call('a'), call('b'), says('user', text('Stop!')), result('a', text('late'))];
    expect(messagesOf(items).slice(1)).toEqual([
      { role: 'tool', tool_call_id: 'a', content: 'late' },
      { role: 'tool', tool_call_id: 'b', content: '[no result: the call was interrupted]' },
      { role: 'user', content: 'Stop!' },
    ]);
  });

  it('keeps a result that has no call, and says so', () => {
    const { body, losses } = write({ items: [result('x', text('42'))] });
    expect(body.messages).toEqual([{ role: 'user', content: expect.stringMatching(/, x\]\n\n42$/) }]);
    expect(losses).toEqual(['role of a tool result without its call']);
  });

  it('tells calls apart whose client counts them anew in each turn', () => {
    const items = [call('0'), result('0', text('first')), call('0'), result('0', text('second'))];
    expect(messagesOf(items).flatMap(({ role, content }) => (role === 'tool' ? [content] : []))).toEqual([
      'first',
      'second',
    ]);
  });

  it('shows what a tool showed in a message of the user, after all results', () => {
    const items = [
      call('a', 'view'),
      call('b'),
      result('a', text('seen'), picture),
      result('b', text('two')),
    ];
    const [, one, two, shown] = messagesOf(items);
    expect([one?.content, two?.content]).toEqual(['seen\n\n[what it shows follows below]', 'two']);
    expect(shown).toEqual({
      role: 'user',
      content: [
        { type: 'text', text: '[shown by view]' },
        { type: 'image_url', image_url: { url: PNG } },
      ],
    });
  });

  it('says to a model that cannot see that there was an image, and lists it', () => {
    const { body, losses } = write({ items: [says('user', text('Look'), picture)] }, { images: false });
    expect(body.messages[0]?.content).toMatch(/^Look\n\n\[image/);
    expect(losses).toEqual(['image']);
  });
});

describe('thoughts', () => {
  const asked = says('user', text('Look'));
  const details = [{ type: 'reasoning.text', text: 'Hm.', signature: 's' }];
  const thought = (data: Record<string, unknown>): AskItem => ({
    kind: 'reasoning',
    text: 'shown',
    state: { dialect: 'chat', data },
  });
  const given = (item: AskItem, quirks: ChatQuirks) => {
    const { body, losses } = write({ items: [asked, item, call('a'), result('a')] }, quirks);
    const { role: _, content: __, tool_calls: ___, ...members } = body.messages[1] as Record<string, unknown>;
    return { members, losses };
  };

  it('go back as they came, and not as they were shown', () => {
    const state = thought({ text: 'exact', member: 'reasoning', details });
    expect(given(state, { thoughts: 'reasoning_content' }).members).toEqual({ reasoning_content: 'exact' });
    expect(given(state, { thoughts: 'reasoning_details' }).members).toEqual({ reasoning_details: details });
    expect(given(state, { thoughts: 'same' }).members).toEqual({ reasoning: 'exact' });
  });

  it('of another provider are no state of this one', () => {
    const foreign: AskItem = {
      kind: 'reasoning',
      text: 'shown',
      state: { dialect: 'anthropic', data: { text: 'secret', member: 'reasoning', details } },
    };
    const lost = { members: {}, losses: ['earlier reasoning'] };
    expect(given(foreign, { thoughts: 'reasoning_details' })).toEqual(lost);
    expect(given(foreign, { thoughts: 'same' })).toEqual(lost);
  });

  it('are told with every call once the model has told one, or where its makers insist', () => {
    const told = thought({ text: 'Hm.', member: 'reasoning' });
    const items = [asked, told, call('a'), result('a'), call('b'), result('b')];
    const [, , , second] = messagesOf(items, { thoughts: 'same' });
    expect(second).toMatchObject({ reasoning: '' });
    const untold = items.filter((item) => item !== told);
    const lost = { items: untold, model: 'moonshotai/Kimi-K2.5' };
    expect(write(lost, { thoughts: 'same' }).body.messages[1]).toMatchObject({ reasoning_content: '' });
    expect(messagesOf(untold, { thoughts: 'same' })[1]).not.toHaveProperty('reasoning_content');
  });

  it('are told with every call where a provider insists, be it an empty one', () => {
    const { body } = write({ items: [asked, call('a'), result('a')] }, { thoughts: 'reasoning_content' });
    expect(body.messages[1]).toMatchObject({ reasoning_content: '' });
  });
});

describe('options', () => {
  const tool = {
    kind: 'function' as const,
    name: 'run',
    description: 'Runs.',
    parameters: { type: 'object', properties: {} },
    strict: true,
  };

  it('have the names that OpenAI gives them', () => {
    const { body, losses } = write(
      {
        items: [says('developer', text('x'))],
        tools: [tool],
        toolChoice: { kind: 'tool', name: 'run' },
        parallelToolCalls: false,
        effort: 'xhigh',
        verbosity: 'low',
        format: { kind: 'schema', name: 'plan', schema: { type: 'object' }, strict: true },
        maxOutputTokens: 10,
        temperature: 0,
        topP: 0.5,
        stop: ['END'],
        cacheKey: 'k',
        user: 'u',
      },
      OPENAI_CHAT,
    );
    expect(body).toEqual({
      model: 'm',
      messages: [{ role: 'developer', content: 'x' }],
      tools: [
        {
          type: 'function',
          function: { name: 'run', description: 'Runs.', parameters: tool.parameters, strict: true },
        },
      ],
      tool_choice: { type: 'function', function: { name: 'run' } },
      parallel_tool_calls: false,
      reasoning_effort: 'xhigh',
      verbosity: 'low',
      response_format: {
        type: 'json_schema',
        json_schema: { name: 'plan', schema: { type: 'object' }, strict: true },
      },
      max_completion_tokens: 10,
      temperature: 0,
      top_p: 0.5,
      stop: ['END'],
      prompt_cache_key: 'k',
      safety_identifier: 'u',
      stream: true,
      stream_options: { include_usage: true },
    });
    expect(losses).toEqual([]);
  });

  it('that a provider does not take are left out, and listed', () => {
    const { body, losses } = write(
      {
        items: [says('user', text('x'))],
        tools: [tool, { kind: 'web_search' }],
        toolChoice: { kind: 'required' },
        parallelToolCalls: false,
        effort: 'medium',
        verbosity: 'low',
        format: { kind: 'schema', name: 'plan', schema: { type: 'object' } },
        user: 'u',
      },
      { ...zaiSpec.chat },
    );
    expect(losses).toEqual([
      'JSON schema of the answer (told in words)',
      'verbosity',
      'strict schema of a tool',
      'web_search tool',
      'parallel_tool_calls',
      'tool_choice',
      'reasoning effort medium',
      'user',
    ]);
    expect(body).toMatchObject({ response_format: { type: 'json_object' }, tool_stream: true });
    expect(body.messages[0]?.content).toContain('{"type":"object"}');
    expect(body).not.toHaveProperty('stream_options');
  });

  it.each([
    ['grok-4', [], xaiSpec.chat],
    ['grok-4-fast-reasoning', [], xaiSpec.chat],
    ['grok-code-fast-1', [], xaiSpec.chat],
    ['grok-4.20-0309-reasoning', [], xaiSpec.chat],
    ['grok-4.20-multi-agent-0309', ['low', 'medium', 'high'], xaiSpec.chat],
    ['grok-3-mini', ['low', 'medium', 'high'], xaiSpec.chat],
    ['grok-4.6', ['low', 'medium', 'high'], xaiSpec.chat],
    ['llama-3.3-70b-versatile', [], groqSpec.chat],
    ['openai/gpt-oss-120b', ['low', 'medium', 'high'], groqSpec.chat],
  ])('%s is told how much to think only if it can be', (model, efforts, quirks) => {
    expect(quirks?.efforts?.(model)).toEqual(efforts);
  });

  it('without tools say nothing of tools', () => {
    const { body } = write({ toolChoice: { kind: 'auto' }, parallelToolCalls: true });
    expect(Object.keys(body)).toEqual(['model', 'messages', 'stream', 'stream_options']);
  });
});

const part = fc.oneof(
  { weight: 4, arbitrary: fc.string().map(text) },
  { weight: 1, arbitrary: fc.constant(picture) },
  {
    weight: 1,
    arbitrary: fc.constant<AskPart>({ kind: 'file', url: 'data:text/plain;base64,AAAA', name: 'a' }),
  },
  {
    weight: 1,
    arbitrary: fc.string({ minLength: 1 }).map((words): AskPart => ({ kind: 'refusal', text: words })),
  },
);
const callId = fc.constantFrom('call_1', 'call_2', 'toolu_0123456789', '0');
const item: fc.Arbitrary<AskItem> = fc.oneof(
  fc.record({
    kind: fc.constant('message' as const),
    role: fc.constantFrom('system' as const, 'developer' as const, 'user' as const, 'assistant' as const),
    parts: fc.array(part, { maxLength: 3 }),
  }),
  fc.record({
    kind: fc.constant('call' as const),
    callId,
    name: fc.constantFrom('run', 'look'),
    json: fc.constant('{}'),
  }),
  fc.record({ kind: fc.constant('result' as const), callId, parts: fc.array(part, { maxLength: 2 }) }),
  fc.record({ kind: fc.constant('reasoning' as const), text: fc.string() }),
);

describe.each(Object.keys(FLAVOURS) as Flavour[])('%s', (flavour) => {
  it('takes whatever conversation there is, and it says all that was said', () => {
    fc.assert(
      fc.property(fc.array(item, { minLength: 1, maxLength: 12 }), (items) => {
        const first = says('user', text('begin'));
        const quirks = FLAVOURS[flavour] ?? {};
        const { body } = write({ items: [first, ...items], effort: 'high', verbosity: 'low' }, quirks);
        checkConversation(parseChatRequest(body), flavour);
        const written = JSON.stringify(body);
        for (const { ...said } of items) {
          if (said.kind === 'reasoning' || said.kind === 'call') continue;
          for (const { kind, ...words } of said.parts) {
            if ('text' in words) expect(written).toContain(JSON.stringify(words.text).slice(1, -1));
            expect(kind).toBeDefined();
          }
        }
      }),
      { numRuns: 150 },
    );
  });
});
