import { describe, expect, it } from 'vitest';
import { chunk, sse, translateFor } from '../../../support/translate/translate-for.ts';

const tools = [{ type: 'function', name: 'f', parameters: { type: 'object', properties: {} } }];
const asked = (provider: string) => translateFor(provider, 'responses', { input: 'Hi', tools, stream: true });

interface Told {
  readonly type: string;
  readonly response: { readonly output: readonly object[]; readonly error: object | null };
}
const lastOf = (told: readonly object[]): Told => told.at(-1) as Told;

describe('K1: an answer in several choices', () => {
  // HKUDS/nanobot#1481, as GitHub Copilot answers for Claude
  const made = { id: 'c', type: 'function', function: { name: 'f', arguments: '{"a":1}' } };
  const choices = [
    { finish_reason: 'tool_calls', message: { role: 'assistant', content: 'On it.' } },
    { finish_reason: 'tool_calls', message: { role: 'assistant', content: null, tool_calls: [made] } },
  ];

  it('has its text and its calls', () => {
    const { told } = asked('compatible').told({ id: 'x', model: 'm', choices });
    expect(lastOf(told)).toMatchObject({
      type: 'response.completed',
      response: { output: [{ type: 'message' }, { type: 'function_call', arguments: '{"a":1}' }] },
    });
  });

  it('is one of them alone where they are numbered', () => {
    const numbered = choices.map((choice, index) => ({ ...choice, index }));
    const { told } = asked('compatible').told({ id: 'x', model: 'm', choices: numbered });
    expect(lastOf(told).response.output).toMatchObject([{ type: 'message' }]);
  });
});

describe('K7: a reason to finish that hides a failure', () => {
  // OleksandrChekhovskyi/hax#15, OpenRouterTeam/openrouter-examples#67
  const stream = (reason: string, native: string) =>
    sse(chunk({ content: 'Hal' }), chunk({}, reason, { native_finish_reason: native }), '[DONE]');

  it.each([
    ['stop', 'network_error'],
    ['stop', 'error'],
    ['error', 'MALFORMED_FUNCTION_CALL'],
  ])('%s, which natively is %s', (reason, native) => {
    expect(lastOf(asked('openrouter').told(stream(reason, native)).told)).toMatchObject({
      type: 'response.failed',
      response: { error: { code: native } },
    });
  });

  it.each([
    ['stop', 'end_turn'],
    ['stop', 'completed'],
    ['tool_calls', 'STOP'],
  ])('%s, which natively is %s, is none', (reason, native) => {
    expect(lastOf(asked('openrouter').told(stream(reason, native)).told).type).toBe('response.completed');
  });
});

describe('K1: items of a Responses stream that all have the same place', () => {
  // router-for-me/CLIProxyAPI#539, kittors/CliRelay#739
  const made = (id: string) => ({ type: 'function_call', call_id: id, name: 'f', arguments: '{}' });
  const thought = { type: 'reasoning', summary: [{ type: 'summary_text', text: 'Hm' }] };
  const at = (type: string, item: object) => ({
    type: `response.output_item.${type}`,
    output_index: 0,
    item,
  });
  const read = (...items: object[]) => {
    const request = {
      max_tokens: 100,
      stream: true,
      thinking: { type: 'enabled', budget_tokens: 2000 },
      messages: [{ role: 'user', content: 'Hi' }],
      tools: [{ name: 'f', input_schema: { type: 'object' } }],
    };
    const stream = sse(
      { type: 'response.created', response: { id: 'r', model: 'm' } },
      ...items.flatMap((item) => [at('added', item), at('done', item)]),
      { type: 'response.completed', response: { id: 'r', status: 'completed', output: [...new Set(items)] } },
    );
    return translateFor('openai', 'messages', request, 'gpt-5')
      .told(stream)
      .told.flatMap(({ content_block }) => (content_block as { type: string; id?: string }) ?? [])
      .map(({ type, id }) => id ?? type);
  };

  it('are all told, once', () => {
    expect(read(made('one'), thought, made('two'), made('three'))).toEqual([
      'one',
      'thinking',
      'two',
      'three',
    ]);
  });

  it('are told once where an item comes again', () => {
    const one = made('one');
    expect(read(one, one)).toEqual(['one']);
  });
});

describe('K1: an answer that ends with calls and has none', () => {
  const said = (content: string) => ({
    id: 'x',
    choices: [{ index: 0, finish_reason: 'tool_calls', message: { role: 'assistant', content } }],
  });
  const read = (api: 'messages' | 'chat', provider: string, answer: object) => {
    const request = { max_tokens: 9, messages: [{ role: 'user', content: 'Hi' }] };
    return translateFor(provider, api, request, 'claude-haiku-4-5').told(answer);
  };

  // QwenLM/Qwen3.8#150
  it('is a failure where it says nothing', () => {
    expect(read('messages', 'compatible', said(''))).toMatchObject({
      status: 502,
      told: [{ error: { message: expect.stringContaining('sent no call; try again') } }],
    });
  });

  it('is an answer where it says something', () => {
    expect(read('messages', 'compatible', said('ok')).told).toMatchObject([{ stop_reason: 'end_turn' }]);
    const content = [{ type: 'text', text: 'ok' }];
    const message = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content,
      stop_reason: 'tool_use',
      usage: {},
    };
    expect(read('chat', 'anthropic', message).told).toMatchObject([{ choices: [{ finish_reason: 'stop' }] }]);
  });
});

describe('K7: an answer of Gemini without a word', () => {
  const read = (parts: object[] | undefined, finishReason = 'STOP') => {
    const candidate = { content: { role: 'model', ...(parts && { parts }) }, finishReason };
    const request = { input: 'Hi', tools, stream: true };
    return lastOf(
      translateFor('gemini', 'responses', request, 'gemini-2.5-pro').told(sse({ candidates: [candidate] }))
        .told,
    );
  };

  // As Google's own client has it: it asks again.
  it.each([[undefined], [[{ text: 'Hm', thought: true }]], [[{ text: '' }]]])('is a failure: %j', (parts) => {
    expect(read(parts)).toMatchObject({
      type: 'response.failed',
      response: { error: { message: expect.stringContaining('without a word or a call') } },
    });
  });

  it.each([
    [[{ text: 'ok' }], 'STOP', 'response.completed'],
    [[{ functionCall: { name: 'f' } }], 'STOP', 'response.completed'],
    [undefined, 'MAX_TOKENS', 'response.incomplete'],
  ])('is none: %j, %s', (parts, reason, type) => {
    expect(read(parts, reason).type).toBe(type);
  });
});

describe('K7: an error answer that is the fault of the model', () => {
  const failure = (code: string) => ({ error: { message: 'Failed to call a function.', type: 'x', code } });

  // tashfeenahmed/freellmapi#168, musistudio/claude-code-router#295
  it('has a status after which clients ask again', () => {
    expect(asked('groq').told(failure('tool_use_failed'), 400).status).toBe(502);
    expect(asked('groq').told(failure('invalid_request_error'), 400).status).toBe(400);
  });
});

describe('K8: content in forms of its own', () => {
  it.each([[[{ type: 'output_text', text: 'hi' }]], [{ type: 'text', text: 'hi' }], [[{ text: 'hi' }]]])(
    'is read: %j',
    (content) => {
      const { told } = asked('compatible').told(sse(chunk({ content }), chunk({}, 'stop'), '[DONE]'));
      expect(lastOf(told).response.output).toMatchObject([{ content: [{ text: 'hi' }] }]);
    },
  );
});

describe('K10: several calls in one that nobody declared', () => {
  const uses = [
    { recipient_name: 'functions.f', parameters: { a: 1 } },
    { recipient_name: 'f', parameters: { a: 2 } },
  ];
  const read = (name: string, json: string) => {
    const made = { index: 0, id: 'c', function: { name, arguments: json } };
    const { told } = asked('openrouter').told(
      sse(chunk({ tool_calls: [made] }), chunk({}, 'tool_calls'), '[DONE]'),
    );
    return lastOf(told).response.output.map((item) => {
      const { name: called, arguments: given } = item as { name: string; arguments: string };
      return [called, given];
    });
  };

  // craft-ai-agents/craft-agents-oss#449, farion1231/cc-switch#3432
  it.each(['multi_tool_use.parallel', 'multi_tool_use_parallel'])('%s is told as what it holds', (name) => {
    expect(read(name, JSON.stringify({ tool_uses: uses }))).toEqual([
      ['f', '{"a":1}'],
      ['f', '{"a":2}'],
    ]);
  });

  it('is told as it came where it holds none', () => {
    expect(read('multi_tool_use.parallel', '{"tool_uses":[]}')).toEqual([
      ['multi_tool_use.parallel', '{"tool_uses":[]}'],
    ]);
    expect(read('f', '{"tool_uses":[]}')).toEqual([['f', '{"tool_uses":[]}']]);
  });

  it('is told in one object, and from Anthropic, too', () => {
    const content = [
      { type: 'tool_use', id: 't', name: 'multi_tool_use_parallel', input: { tool_uses: uses } },
    ];
    const message = {
      id: 'm',
      type: 'message',
      role: 'assistant',
      content,
      stop_reason: 'tool_use',
      usage: {},
    };
    const request = { input: 'Hi', tools };
    const { told } = translateFor('anthropic', 'responses', request, 'claude-sonnet-4-5').told(message);
    expect(told[0]).toMatchObject({ output: [{ name: 'f' }, { name: 'f', arguments: '{"a":2}' }] });
  });
});

describe('K10: arguments that were left in the name of a tool', () => {
  const read = (name: string, json: string) => {
    const made = { index: 0, id: 'c', function: { name, arguments: json } };
    const { told } = asked('zai').told(sse(chunk({ tool_calls: [made] }), chunk({}, 'tool_calls'), '[DONE]'));
    return lastOf(told).response.output;
  };
  const folded = 'f<arg_key>a</arg_key><arg_value>/home/x</arg_value>';

  // zai-org/GLM-5#84
  it.each([
    [folded, '', '{"a":"/home/x"}'],
    [folded, '{}', '{"a":"/home/x"}'],
    [folded, '{"a":"own"}', '{"a":"own"}'],
  ])('are read out of %s beside %j', (name, json, told) => {
    expect(read(name, json)).toMatchObject([{ name: 'f', arguments: told }]);
  });

  it('are left where they cannot be read', () => {
    expect(read('g<arg_key>a</arg_key>', '{}')).toMatchObject([{ name: 'g<arg_key>a</arg_key>' }]);
  });
});
