import { describe, expect, it } from 'vitest';
import { BYTES } from '../../../support/translate/awkward-request.ts';
import { chunk, sse, translateFor } from '../../../support/translate/translate-for.ts';

const user = (content: unknown) => ({ role: 'user', content });
const call = (id: string) => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{"a":"x"}' });
const result = (id: string, output: unknown = 'done') => ({
  type: 'function_call_output',
  call_id: id,
  output,
});
const tools = [
  { type: 'function', name: 'f', parameters: { type: 'object', properties: { a: { type: 'string' } } } },
];
const CALLED = [user('Look'), call('c1'), result('c1')];

describe('K3: a result that says nothing', () => {
  // musistudio/claude-code-router#936, 1rgs/claude-code-proxy#67
  it.each(['compatible', 'openrouter', 'moonshot', 'zai', 'mistral', 'ollama'])(
    'is said to %s',
    (provider) => {
      const { body } = translateFor(provider, 'responses', {
        input: [user('Look'), call('c1'), result('c1', '')],
        tools,
      });
      expect(body.messages.at(-1)).toMatchObject({ role: 'tool', content: '[no output]' });
    },
  );

  // bytedance/trae-agent#231: "content cannot be empty if is_error is true"
  it('and failed has a word for Anthropic', () => {
    const failed = { type: 'shell_call_output', call_id: 'c1', status: 'failed', output: '' };
    const begun = { type: 'shell_call', call_id: 'c1', action: { commands: ['x'] } };
    const { body } = translateFor('anthropic', 'responses', { input: [user('Look'), begun, failed], tools });
    expect(body.messages.at(-1).content).toEqual([
      {
        type: 'tool_result',
        tool_use_id: 'c1',
        content: [{ type: 'text', text: 'The tool failed without a word.' }],
        is_error: true,
      },
    ]);
  });

  it('and did not fail has none for Anthropic', () => {
    const { body } = translateFor('anthropic', 'responses', {
      input: [user('Look'), call('c1'), result('c1', '')],
      tools,
    });
    expect(body.messages.at(-1).content).toEqual([{ type: 'tool_result', tool_use_id: 'c1' }]);
  });
});

describe('K3: a call without a word', () => {
  // lmstudio-bug-tracker#261, SAIL-Research-Lab/cheetahclaws#72
  it.each([
    ['ollama', ''],
    ['lmstudio', ''],
    ['compatible', null],
    ['openrouter', null],
  ])('has the content that %s takes', (provider, content) => {
    const { body } = translateFor(provider, 'responses', { input: CALLED, tools });
    expect(body.messages[1]).toMatchObject({ role: 'assistant', content });
  });
});

describe('K3: calls in the history of a request without tools', () => {
  const input = [...CALLED, user('Summarize.')];

  // anomalyco/opencode#34089 and #8246, EasyMetaAu/helm-api#874
  it.each(['compatible', 'openrouter', 'deepseek'])(
    'are declared for %s, and cannot be called',
    (provider) => {
      const { body } = translateFor(provider, 'responses', { input });
      expect(body.tools).toMatchObject([{ type: 'function', function: { name: 'f' } }]);
      expect(body.tool_choice).toBe('none');
    },
  );

  it('are declared for Anthropic, and cannot be called', () => {
    const { body } = translateFor('anthropic', 'responses', { input }, 'claude-sonnet-4-5');
    expect(body.tools).toMatchObject([{ name: 'f', input_schema: { type: 'object' } }]);
    expect(body.tool_choice).toEqual({ type: 'none' });
  });

  it('change nothing where tools are declared, where there are none, and where nobody minds', () => {
    expect(translateFor('compatible', 'responses', { input, tools }).body).toMatchObject({
      tools: [{ function: { parameters: { properties: { a: {} } } } }],
    });
    expect(translateFor('compatible', 'responses', { input: [user('Hi')] }).body).not.toHaveProperty('tools');
    expect(translateFor('groq', 'responses', { input }).body).not.toHaveProperty('tools');
    // The pair is refused, and the format is what the client needs.
    const text = { format: { type: 'json_object' } };
    const withFormat = translateFor('compatible', 'responses', { input, text }).body;
    expect(withFormat).toMatchObject({ response_format: { type: 'json_object' } });
    expect(withFormat).not.toHaveProperty('tools');
  });

  it('are declared for a compaction, too', () => {
    const trigger = [...input, { type: 'compaction_trigger' }];
    expect(translateFor('openrouter', 'responses', { input: trigger }).body.tools).toHaveLength(1);
  });
});

describe('K3: a picture among the results of several calls', () => {
  const picture = { type: 'input_image', image_url: `data:image/png;base64,${BYTES.png}` };
  const input = [user('Look'), call('c1'), call('c2'), result('c1', [picture]), result('c2')];
  const parts = (model: string) =>
    translateFor('gemini', 'responses', { input, tools }, model).body.contents.map(
      ({ role, parts }: { role: string; parts: object[] }) => [
        role,
        ...parts.flatMap((part) => Object.keys(part)),
      ],
    );

  // google-gemini/gemini-cli#16135: as many parts as there were calls
  it('follows them for a Gemini that takes none inside', () => {
    expect(parts('gemini-2.5-flash')).toEqual([
      ['user', 'text'],
      ['model', 'functionCall', 'functionCall'],
      ['user', 'functionResponse', 'functionResponse'],
      ['user', 'inlineData'],
    ]);
  });

  it('is inside of its result for a newer one', () => {
    expect(parts('gemini-3-flash')[2]).toEqual(['user', 'functionResponse', 'functionResponse']);
  });
});

describe("N3: Gemini's signature behind chat completions", () => {
  // earendil-works/pi#6733, securo-finance/securo#884, tinyhumansai/openhuman#3548
  const signed = (index: number, more: object) => ({
    index,
    id: `c${index}`,
    type: 'function',
    function: { name: 'f', arguments: '{}' },
    ...more,
  });
  const google = { extra_content: { google: { thought_signature: 'c2ln' } } };
  const answer = (...calls: object[]) =>
    sse(...calls.map((each) => chunk({ tool_calls: [each] })), chunk({}, 'tool_calls'), '[DONE]');

  const nextCalls = (stream: string): Record<string, unknown>[] => {
    const first = translateFor('compatible', 'responses', { input: [user('Look')], tools, stream: true });
    const { response } = first.told(stream).told.at(-1) as { response: { output: { call_id?: string }[] } };
    const made = response.output.flatMap(({ call_id }) => (call_id === undefined ? [] : [result(call_id)]));
    const input = [user('Look'), ...response.output, ...made];
    return translateFor('compatible', 'responses', { input, tools }).body.messages[1].tool_calls;
  };

  it.each([
    ['extra_content', google],
    ['provider_specific_fields', { provider_specific_fields: { thought_signature: 'c2ln' } }],
    ['thought_signature', { thought_signature: 'c2ln' }],
  ])('comes back with its call as %s', (_member, more) => {
    expect(nextCalls(answer(signed(0, more)))).toEqual([
      { id: 'c0', type: 'function', function: { name: 'f', arguments: '{}' }, ...more },
    ]);
  });

  it('comes back with its own call alone, whichever of them has one', () => {
    const [first, second, third] = nextCalls(answer(signed(0, {}), signed(1, google), signed(2, {})));
    expect(first).not.toHaveProperty('extra_content');
    expect(second).toMatchObject({ id: 'c1', ...google });
    expect(third).not.toHaveProperty('extra_content');
  });

  it('comes back through a client of the Messages API', () => {
    const asked = { max_tokens: 100, tools: [{ name: 'f', input_schema: { type: 'object' } }] };
    const messages = [user('Look')];
    const first = translateFor('compatible', 'messages', { ...asked, messages });
    const object = {
      id: 'x',
      choices: [{ index: 0, finish_reason: 'tool_calls', message: { tool_calls: [signed(0, google)] } }],
    };
    const [{ content }] = first.told(object).told as [{ content: { type: string; id?: string }[] }];
    const id = content.find(({ type }) => type === 'tool_use')?.id;
    const answered = user([{ type: 'tool_result', tool_use_id: id, content: 'done' }]);
    const next = [...messages, { role: 'assistant', content }, answered];
    const { body, losses } = translateFor('compatible', 'messages', { ...asked, messages: next });
    expect(body.messages[1].tool_calls).toMatchObject([google]);
    expect(losses).not.toContain('earlier reasoning');
  });

  it('is kept as nothing where there is none', () => {
    const first = translateFor('compatible', 'responses', { input: [user('Look')], tools, stream: true });
    const { told } = first.told(answer(signed(0, { extra_content: {} })));
    expect(told.map(({ type }) => type)).not.toContain('response.reasoning');
    expect(JSON.stringify(told)).not.toContain('encrypted_content');
  });
});

describe('K11: limits of requests', () => {
  const messages = [user('Hi')];

  // OpenAI takes four, Gemini five; Anthropic's clients may send many.
  it.each([
    ['compatible', (body: { stop?: string[] }) => body.stop, 4],
    [
      'gemini',
      (body: { generationConfig?: { stopSequences?: string[] } }) => body.generationConfig?.stopSequences,
      5,
    ],
  ])(
    '%s is told of the first stop sequences, and the gateway ends the answer at the others',
    (provider, of, most) => {
      const stop_sequences = ['<1>', '<2>', '<3>', '<4>', '<5>', '<6>'];
      const asked = translateFor(provider, 'messages', { max_tokens: 9, messages, stop_sequences });
      expect(of(asked.body)).toEqual(stop_sequences.slice(0, most));
      const chat = { id: 'x', choices: [{ index: 0, finish_reason: 'stop', message: { content: 'a<6>b' } }] };
      const google = { candidates: [{ content: { parts: [{ text: 'a<6>b' }] }, finishReason: 'STOP' }] };
      const { told } = asked.told(provider === 'gemini' ? google : chat);
      expect(told[0]).toMatchObject({
        content: [{ type: 'text', text: 'a' }],
        stop_reason: 'stop_sequence',
        stop_sequence: '<6>',
      });
    },
  );

  // QuantumNous/new-api#1109, langchain4j#3974
  it('a model of Qwen that thinks in streams alone answers in one piece', () => {
    const asked = translateFor('alibaba', 'messages', { max_tokens: 9, messages }, 'qwen3-235b-a22b');
    expect(asked.body).toMatchObject({ stream: true, stream_options: { include_usage: true } });
    const usage = { id: 'chatcmpl-1', choices: [], usage: { prompt_tokens: 3, completion_tokens: 2 } };
    const stream = sse(
      chunk({ content: 'Hel' }),
      chunk({ content: 'lo' }),
      chunk({}, 'stop'),
      usage,
      '[DONE]',
    );
    expect(asked.told(stream).told).toMatchObject([
      { content: [{ type: 'text', text: 'Hello' }], usage: { input_tokens: 3, output_tokens: 2 } },
    ]);
    expect(translateFor('alibaba', 'messages', { max_tokens: 9, messages }, 'qwen-max').body.stream).toBe(
      false,
    );
  });
});

describe('K5: a search in what OpenAI keeps', () => {
  it('is refused, since the model would answer without it', () => {
    const search = { type: 'file_search', vector_store_ids: ['vs_1'] };
    expect(() => translateFor('compatible', 'responses', { input: 'Hi', tools: [search] })).toThrow(
      'The vector store vs_1 is stored by OpenAI only',
    );
  });
});

describe('K3: thoughts that came as parts of the content', () => {
  // charmbracelet/crush#1590, BerriAI/litellm#30835: Mistral refuses a member that it does not know
  it('do not go back in a member of their own', () => {
    const asked = translateFor('compatible', 'responses', { input: [user('Look')], tools, stream: true });
    const thinking = [{ type: 'thinking', thinking: [{ type: 'text', text: 'Hm' }] }];
    const made = { index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } };
    const stream = sse(
      chunk({ content: thinking }),
      chunk({ tool_calls: [made] }),
      chunk({}, 'tool_calls'),
      '[DONE]',
    );
    const { response } = asked.told(stream).told.at(-1) as { response: { output: object[] } };
    expect(response.output).toMatchObject([{ type: 'reasoning' }, { type: 'function_call' }]);
    const input = [user('Look'), ...response.output, result('c1')];
    const [, assistant] = translateFor('compatible', 'responses', { input, tools }).body.messages;
    expect(Object.keys(assistant)).toEqual(['role', 'content', 'tool_calls']);
  });
});

describe("K3: GitHub Copilot's thoughts", () => {
  const made = { index: 0, id: 'c1', function: { name: 'f', arguments: '{}' } };
  /** What goes back of an answer of these deltas. */
  const comesBack = (...deltas: object[]): object => {
    const asked = translateFor('compatible', 'responses', { input: [user('Look')], tools, stream: true });
    const stream = sse(...deltas.map((delta) => chunk(delta)), chunk({}, 'tool_calls'), '[DONE]');
    const { response } = asked.told(stream).told.at(-1) as { response: { output: object[] } };
    expect(response.output).toContainEqual(expect.objectContaining({ type: 'reasoning' }));
    const input = [user('Look'), ...response.output, result('c1')];
    const { messages } = translateFor('compatible', 'responses', { input, tools }).body;
    expect(messages).toHaveLength(3);
    return messages[1];
  };
  const text = { reasoning_text: 'Hm' };
  const opaque = { reasoning_opaque: 'seal' };

  // earendil-works/pi#1502, anomalyco/opencode#8900 and #46022: the seal comes late, or alone
  it.each([
    ['with its thought', [{ ...text, ...opaque }, { tool_calls: [made] }]],
    ['after its thought', [text, opaque, { tool_calls: [made] }]],
    ['with the call', [text, { tool_calls: [made], ...opaque }]],
    ['after the call', [text, { tool_calls: [made] }, opaque]],
    ['after the text', [text, { content: 'On it.' }, opaque, { tool_calls: [made] }]],
  ])('go back with a seal that came %s', (_when, deltas) => {
    expect(comesBack(...deltas)).toMatchObject({ ...text, ...opaque, tool_calls: [{ id: 'c1' }] });
  });

  it('go back as a seal alone', () => {
    const message = comesBack(opaque, { tool_calls: [made] });
    expect(message).toMatchObject(opaque);
    expect(message).not.toHaveProperty('reasoning_text');
  });

  it('are asked of no call that came without', () => {
    expect(comesBack({ reasoning: 'Hm' }, { tool_calls: [made] })).not.toHaveProperty('reasoning_opaque');
  });
});

describe('K4: a schema of which a server cannot make a grammar', () => {
  const properties = {
    a: { type: 'string', pattern: '\\d+', description: 'A number' },
    b: { type: 'array', items: { anyOf: [{ type: 'string', pattern: '^(?!x)\\w+$' }, { type: 'null' }] } },
    c: { type: 'string', maxLength: 100_000, minLength: 1 },
    d: { type: 'object', not: { required: ['x'] } },
    pattern: { type: 'string' },
  };
  const parameters = { type: 'object', properties, required: ['pattern'] };
  const sent = (provider: string) =>
    translateFor(provider, 'responses', {
      input: 'Hi',
      tools: [{ type: 'function', name: 'f', parameters }],
      text: { format: { type: 'json_schema', name: 'x', schema: parameters } },
    });

  // openclaw/openclaw#107430, lidge-jun/opencodex#2135, codefuturist/email-mcp#58
  it.each(['llamacpp', 'lmstudio', 'ollama', 'compatible'])('is told to %s in words', (provider) => {
    const { body, losses } = sent(provider);
    expect(body.tools[0].function.parameters).toEqual({
      type: 'object',
      properties: {
        a: { type: 'string', description: 'A number (pattern "\\\\d+")' },
        b: {
          type: 'array',
          items: {
            anyOf: [{ type: 'string', description: '(pattern "^(?!x)\\\\w+$")' }, { type: 'null' }],
          },
        },
        c: { type: 'string', minLength: 1, description: '(maxLength 100000)' },
        d: { type: 'object', description: '(not {"required":["x"]})' },
        pattern: { type: 'string' },
      },
      required: ['pattern'],
    });
    expect(losses).toContain('pattern, maxLength, not in the schema of f');
  });

  it('stays as it is elsewhere', () => {
    expect(sent('openrouter').body.tools[0].function.parameters.properties.a.pattern).toBe('\\d+');
  });

  it('is simple for the schema of an answer, too', () => {
    const request = { input: 'Hi', text: { format: { type: 'json_schema', name: 'x', schema: parameters } } };
    const { body } = translateFor('llamacpp', 'responses', request);
    expect(JSON.stringify(body.response_format)).not.toMatch(/"(?:pattern":"|not":)/);
  });
});

describe('K11: a conversation in which the user says nothing', () => {
  const system = { role: 'developer', content: 'Do this.' };
  const roles = (provider: string, input: readonly object[]) =>
    translateFor(provider, 'responses', { input, tools }).body.messages.map(
      ({ role, content }: { role: string; content: string }) => `${role}: ${content}`,
    );

  // anomalyco/opencode#2557, and "No user query found in messages." of Qwen's templates
  it.each(['zai', 'vllm', 'compatible', 'deepseek'])('has a word of the user for %s', (provider) => {
    expect(roles(provider, [system])).toEqual(['user: Do this.']);
    const [first, opening, ...rest] = roles(provider, [system, call('c1'), result('c1')]);
    expect([first, opening]).toEqual(['system: Do this.', 'user: Go on.']);
    expect(rest).toHaveLength(2);
  });

  it('is sent as it is where nobody minds, and where the user speaks', () => {
    expect(roles('bedrock', [system])).toEqual(['developer: Do this.']);
    expect(roles('zai', [system, user('Hi')])).toEqual(['system: Do this.', 'user: Hi']);
  });
});

describe('K3: the ids of calls to a model that counts them', () => {
  // MoonshotAI/kimi-code#2503, getkimchi/kimchi#1063, vybestack/llxprt-code#713
  const history = [
    user('Look'),
    call('call_1'),
    { ...call('functions.g:0'), name: 'g' },
    result('functions.g:0', 'of g'),
    result('call_1', 'of f'),
    user('On'),
    call('call_1'),
    result('call_1', 'again'),
  ];
  const ids = (provider: string, model: string) =>
    translateFor(provider, 'responses', { input: history, tools }, model).body.messages.flatMap(
      ({ tool_calls, tool_call_id, content }: Record<string, string | { id: string }[]>) => {
        if (Array.isArray(tool_calls)) return tool_calls.map(({ id }) => id);
        return tool_call_id === undefined ? [] : [`${String(tool_call_id)} = ${String(content)}`];
      },
    );

  it.each([
    ['moonshot', 'kimi-k2.6'],
    ['openrouter', 'moonshotai/kimi-k2-thinking'],
    ['fireworks', 'accounts/fireworks/models/kimi-k2-instruct'],
    ['compatible', 'Kimi-K2.7-Code'],
  ])('have its own form for %s, wherever they came from', (provider, model) => {
    expect(ids(provider, model)).toEqual([
      'functions.f:0',
      'functions.g:1',
      'functions.f:0 = of f',
      'functions.g:1 = of g',
      'functions.f:2',
      'functions.f:2 = again',
    ]);
  });

  it('are what they were for others', () => {
    expect(ids('openrouter', 'openai/gpt-5').slice(0, 2)).toEqual(['call_1', 'functions.g:0']);
  });
});
