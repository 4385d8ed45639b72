import { describe, expect, it } from 'vitest';
import { createAnthropicSpec } from '../../../../src/translate/anthropic/spec.ts';
import type { Ask, AskItem, AskPart, AskTool, Role } from '../../../../src/translate/ask.ts';
import { MODELS } from '../../../support/anthropic/check-model.ts';
import { askOf, writeChecked } from '../../../support/anthropic/write-checked.ts';

const say = (role: Role, ...texts: string[]): AskItem => ({
  kind: 'message',
  role,
  parts: texts.map((text) => ({ kind: 'text', text })),
});
const call = (callId: string, name = 'exec', json = '{}'): AskItem => ({ kind: 'call', callId, name, json });
const result = (callId: string, text = 'ok'): AskItem => ({
  kind: 'result',
  callId,
  parts: [{ kind: 'text', text }],
});
const thought = (signature: string, model = 'claude-opus-5-5'): AskItem => ({
  kind: 'reasoning',
  text: 'as shown',
  state: {
    dialect: 'anthropic',
    data: { model, blocks: [{ type: 'thinking', thinking: 'Exact – 你', signature }] },
  },
});
const tool = (more: Partial<Extract<AskTool, { kind: 'function' }>> = {}): AskTool => ({
  kind: 'function',
  name: 'exec',
  parameters: { type: 'object', properties: { cmd: { type: 'string' } } },
  ...more,
});

/** Roles and kinds of what is sent, in short, without the marks of the cache. */
const outline = (more: Partial<Ask>): string[] =>
  writeChecked(more).body.messages.map(({ role, content }) => {
    const kinds = typeof content === 'string' ? ['text'] : content.map(({ type }) => type);
    return `${role}: ${kinds.join(' ')}`;
  });

const lost = (more: Partial<Ask>): readonly string[] => writeChecked(more).losses;

describe('a conversation for Anthropic', () => {
  it('puts leading instructions into `system`, each as a block, and no empty ones', () => {
    const items = [say('system', 'Rules.'), say('developer', 'More.', ' \n'), say('user', 'Hi', '')];
    const { body, losses } = writeChecked({ items });
    expect(body.system).toMatchObject([{ text: 'Rules.' }, { text: 'More.' }]);
    expect(body.messages).toMatchObject([{ role: 'user', content: [{ type: 'text', text: 'Hi' }] }]);
    expect(losses).toEqual([]);
  });

  it('joins what one side says in a row, and parallel calls with all of their results', () => {
    const items = [
      say('user', 'a'),
      say('user', 'b'),
      say('assistant', 'I look.'),
      call('1'),
      call('2'),
      result('2', 'two'),
      result('1', 'one'),
      say('user', 'and?'),
    ];
    expect(outline({ items, tools: [tool()] })).toEqual([
      'user: text text',
      'assistant: text tool_use tool_use',
      'user: tool_result tool_result text',
    ]);
    const [, , answered] = writeChecked({ items, tools: [tool()] }).body.messages;
    expect(answered?.content).toMatchObject([
      { tool_use_id: '1', content: [{ text: 'one' }] },
      { tool_use_id: '2', content: [{ text: 'two' }] },
      { type: 'text', text: 'and?' },
    ]);
  });

  it('answers a call that has no result, and says so', () => {
    const items = [say('user', 'a'), call('1'), say('user', 'never mind')];
    const { body, losses } = writeChecked({ items, tools: [tool()] });
    expect(body.messages[2]?.content).toMatchObject([
      { type: 'tool_result', tool_use_id: '1', is_error: true },
      { type: 'text' },
    ]);
    expect(losses).toEqual(['tool call without a result']);
    expect(outline({ items: [say('user', 'a'), call('1')], tools: [tool()] }).at(-1)).toBe(
      'user: tool_result',
    );
  });

  it('turns a result without its call into text, with its image, and says so', () => {
    const items: AskItem[] = [
      {
        kind: 'result',
        callId: 'gone',
        parts: [
          { kind: 'text', text: 'seen' },
          { kind: 'image', url: 'data:image/png;base64,AAAA' },
        ],
      },
    ];
    expect(outline({ items })).toEqual(['user: text text image']);
    expect(lost({ items })).toEqual(['tool result without its call']);
  });

  it('moves a result that came late to its call', () => {
    const items = [
      say('user', 'a'),
      call('1'),
      call('2'),
      result('2'),
      say('assistant', 'Half.'),
      result('1', 'late'),
      say('user', 'b'),
    ];
    expect(outline({ items, tools: [tool()] })).toEqual([
      'user: text',
      'assistant: tool_use tool_use',
      'user: tool_result tool_result',
      'assistant: text',
      'user: text',
    ]);
    expect(lost({ items, tools: [tool()] })).toEqual([]);
  });

  it('gives each call an id of its own, in the letters that the API takes', () => {
    const items = [
      say('user', 'a'),
      call('functions.exec:0'),
      result('functions.exec:0', 'first'),
      call('functions.exec:0'),
      result('functions.exec:0', 'second'),
    ];
    const { body } = writeChecked({ items, tools: [tool()] });
    expect(body.messages[2]?.content).toMatchObject([
      { tool_use_id: 'functions_exec_0', content: [{ text: 'first' }] },
    ]);
    expect(body.messages[4]?.content).toMatchObject([
      { tool_use_id: 'functions_exec_0-2', content: [{ text: 'second' }] },
    ]);
  });

  it('keeps arguments that are not a JSON object readable', () => {
    const items = [
      say('user', 'a'),
      call('1', 'exec', '{"cmd": "l'),
      call('2', 'exec', ''),
      call('3', 'exec', '{"n":1}'),
    ];
    const { body, losses } = writeChecked({ items, tools: [tool()] });
    expect(body.messages[1]?.content).toMatchObject([
      { input: { arguments: '{"cmd": "l' } },
      { input: {} },
      { input: { n: 1 } },
    ]);
    expect(losses).toContain('arguments of a call that are not a JSON object (sent as a string)');
  });

  it('says where a number in arguments is rounded', () => {
    const of = (json: string) =>
      lost({ items: [say('user', 'a'), call('1', 'exec', json), result('1')], tools: [tool()] });
    expect(of('{"id":12345678901234567890}')).toEqual(['digits of a number in arguments']);
    expect(of('{"id":"12345678901234567890","n":1234567890123456}')).toEqual([]);
  });

  it('begins and ends with the user', () => {
    expect(outline({ items: [say('assistant', 'Hello')] })).toEqual([
      'user: text',
      'assistant: text',
      'user: text',
    ]);
    expect(outline({ items: [say('system', 'Only this')] })).toEqual(['user: text']);
    expect(() => createAnthropicSpec().writeRequest(askOf({ items: [say('user', ' ')] }))).toThrow(
      /has no message/,
    );
  });

  it.each(Object.keys(MODELS))('puts a late developer message where %s takes it', (model) => {
    const items = [
      say('user', 'a'),
      say('assistant', 'b'),
      say('developer', 'From now on.'),
      say('user', 'c'),
      call('1'),
      result('1'),
      say('developer', 'And now.'),
    ];
    const takes = MODELS[model]?.systemMessages === true;
    expect(outline({ items, model, tools: [tool()] })).toEqual(
      takes
        ? [
            'user: text',
            'assistant: text',
            'user: text',
            'system: text',
            'assistant: tool_use',
            'user: tool_result',
            'system: text',
          ]
        : [
            'user: text',
            'assistant: text',
            'user: text text',
            'assistant: tool_use',
            'user: tool_result text',
          ],
    );
    expect(lost({ items, model, tools: [tool()] })).toEqual(
      takes ? [] : ['rank of a developer message in mid-conversation'],
    );
    const after = [say('user', 'a'), say('assistant', 'b'), say('developer', 'c'), say('assistant', 'd')];
    expect(outline({ items: after, model })).toEqual([
      'user: text',
      'assistant: text',
      'user: text',
      'assistant: text',
      'user: text',
    ]);
  });

  it('changes nothing that the model has answered when the conversation goes on', () => {
    const items = [
      say('developer', 'Rules.'),
      say('user', 'a'),
      thought('s1'),
      call('1'),
      call('2'),
      result('1'),
      result('2'),
      say('developer', 'Now.'),
      thought('s2'),
      say('assistant', 'b'),
      say('developer', 'Then.'),
      say('user', 'c'),
      thought('s3'),
      say('assistant', 'd'),
      say('user', 'e'),
    ];
    const whole = plain(items);
    for (const [place, item] of items.entries()) {
      if (item.kind !== 'reasoning') continue;
      const before = plain(items.slice(0, place));
      expect(whole.slice(0, before.length)).toEqual(before);
    }
  });
});

const plain = (items: AskItem[]): unknown[] =>
  JSON.parse(
    JSON.stringify(writeChecked({ items, tools: [tool()] }).body.messages, (name, value) =>
      name === 'cache_control' ? undefined : value,
    ),
  );

describe("the model's thoughts", () => {
  it('go back exactly, before what they led to', () => {
    const items = [say('user', 'a'), thought('Eq+/='), call('1'), result('1')];
    const { body, losses } = writeChecked({ items, tools: [tool()], effort: 'high' });
    expect(body.messages[1]?.content).toMatchObject([
      { type: 'thinking', thinking: 'Exact – 你', signature: 'Eq+/=' },
      { type: 'tool_use' },
    ]);
    expect(losses).toEqual([]);
  });

  it('of another API, another maker, or without a signature stay behind, and it is said', () => {
    const foreign: AskItem = { kind: 'reasoning', text: 'x', state: { dialect: 'gemini', data: {} } };
    const bare: AskItem = { kind: 'reasoning', text: 'x' };
    for (const item of [foreign, bare, thought('s', 'glm-5')]) {
      const items = [say('user', 'a'), item, say('assistant', 'b'), say('user', 'c')];
      expect(outline({ items })).toEqual(['user: text', 'assistant: text', 'user: text']);
      expect(lost({ items })).toEqual(["reasoning that is not this provider's own"]);
    }
  });

  it('that led to nothing are left out, since no message may end in one', () => {
    const items = [say('user', 'a'), thought('s'), say('user', 'b')];
    expect(outline({ items })).toEqual(['user: text text']);
    expect(lost({ items })).toEqual(['reasoning that led to no answer']);
  });

  it('carry no mark of the cache, and there are never more than four', () => {
    const items = [
      say('system', 'Rules.'.repeat(200)),
      ...[1, 2, 3].flatMap((n) => [say('user', `${n}`), thought(`s${n}`), call(`${n}`), result(`${n}`)]),
    ];
    const long = { ...tool(), description: 'Long. '.repeat(200) };
    const { body } = writeChecked({ items, tools: [long, { kind: 'web_search' }] });
    const marks = JSON.stringify(body).match(/"cache_control":\{"type":"ephemeral"\}/g);
    expect(marks).toHaveLength(4);
    expect(body.messages.at(-1)?.content).toMatchObject([{ cache_control: { type: 'ephemeral' } }]);
    expect(body.messages.at(-3)?.content).not.toMatchObject([{ cache_control: { type: 'ephemeral' } }]);
    expect(body.tools?.at(-1)).toHaveProperty('cache_control');
  });
});

describe('what a user shows', () => {
  const written = (part: AskPart) => {
    const { body, losses } = writeChecked({ items: [{ kind: 'message', role: 'user', parts: [part] }] });
    return { block: body.messages[0]?.content[0], losses };
  };

  it.each<[string, AskPart, object]>([
    [
      'an image in data',
      { kind: 'image', url: 'data:image/jpg;base64,AAAA', detail: 'high' },
      { type: 'image', source: { type: 'base64', media_type: 'image/jpeg', data: 'AAAA' } },
    ],
    [
      'an image at an address',
      { kind: 'image', url: 'https://example.com/a.png' },
      { type: 'image', source: { type: 'url', url: 'https://example.com/a.png' } },
    ],
    [
      'a PDF',
      { kind: 'file', url: 'data:application/pdf;base64,AAAA', name: 'a.pdf' },
      { type: 'document', title: 'a.pdf', source: { type: 'base64', media_type: 'application/pdf' } },
    ],
    [
      'a text file',
      { kind: 'file', url: `data:text/csv;base64,${Buffer.from('é,1').toString('base64')}` },
      { type: 'document', source: { type: 'text', data: 'é,1' } },
    ],
  ])('%s is sent', (_name, part, block) => {
    expect(written(part)).toMatchObject({ block, losses: [] });
  });

  it.each<[string, AskPart]>([
    ['image of type image/svg+xml', { kind: 'image', url: 'data:image/svg+xml;base64,AAAA' }],
    ['image that cannot be read', { kind: 'image', url: 'file-123' }],
    ['file of type application/zip', { kind: 'file', url: 'data:application/zip;base64,AAAA' }],
  ])('%s is named in its place, and said to be lost', (what, part) => {
    const text: unknown = expect.stringMatching(/^\[(?:image|file)/);
    expect(written(part)).toMatchObject({ block: { type: 'text', text }, losses: [what] });
  });

  it('goes into the result of a tool as well', () => {
    const items: AskItem[] = [
      say('user', 'a'),
      call('1', 'view_image'),
      { kind: 'result', callId: '1', parts: [{ kind: 'image', url: 'data:image/png;base64,AAAA' }] },
    ];
    const { body } = writeChecked({ items, tools: [tool({ name: 'view_image' })] });
    expect(body.messages[2]?.content).toMatchObject([{ content: [{ type: 'image' }] }]);
  });
});

describe('how much a model is to think', () => {
  it.each<[string, Ask['effort'], object | undefined, string | undefined]>([
    ['claude-opus-5-5', 'medium', { type: 'adaptive', display: 'omitted' }, 'medium'],
    ['claude-opus-5-5', 'none', { type: 'adaptive' }, 'low'],
    ['claude-sonnet-5-5', 'none', { type: 'between_tools' }, undefined],
    ['claude-opus-5', 'none', { type: 'disabled' }, undefined],
    ['claude-opus-5', 'xhigh', { type: 'adaptive' }, 'xhigh'],
    ['claude-opus-4-8', 'none', undefined, undefined],
    ['claude-opus-4-8', 'low', { type: 'adaptive' }, 'low'],
    ['claude-sonnet-4-6', 'xhigh', { type: 'adaptive' }, 'max'],
    ['claude-opus-4-5', 'xhigh', { type: 'enabled', budget_tokens: 25_600 }, 'high'],
    ['claude-haiku-4-5', 'minimal', { type: 'enabled', budget_tokens: 1024 }, undefined],
    ['claude-haiku-4-5', undefined, undefined, undefined],
  ])('%s at %s', (model, effort, thinking, sent) => {
    const { body } = writeChecked({ model, ...(effort === undefined ? {} : { effort }) });
    if (thinking === undefined) expect(body).not.toHaveProperty('thinking');
    else expect(body.thinking).toMatchObject(thinking);
    expect(body.output_config?.effort).toBe(sent);
  });

  it('shows what it thinks only where the client wants to read it', () => {
    expect(writeChecked({ wantsReasoning: true }).body.thinking).toMatchObject({ display: 'summarized' });
    expect(writeChecked({}).body.thinking).toMatchObject({ display: 'omitted' });
  });

  it('does not end a session whose history the client has rewritten', () => {
    const { body, headers } = writeChecked({});
    expect(body.thinking).toMatchObject({ block_binding: { prefix_mismatch_behavior: 'drop_block' } });
    expect(headers['anthropic-beta']).toBe('thinking-binding-controls-2026-08-01');
    expect(writeChecked({ model: 'claude-opus-5', effort: 'high' }).headers).not.toHaveProperty(
      'anthropic-beta',
    );
  });

  it('stops thinking on a budget where the turn began without a thought, and says so', () => {
    const more = { model: 'claude-haiku-4-5', effort: 'high', tools: [tool()] } as const;
    const begun = [say('user', 'a'), call('1'), result('1')];
    expect(writeChecked({ ...more, items: begun })).toMatchObject({
      losses: ['thinking, since the turn began without it'],
    });
    const anew = [...begun, say('assistant', 'b'), say('user', 'c')];
    expect(writeChecked({ ...more, items: anew }).body.thinking).toMatchObject({ type: 'enabled' });
  });

  it('leaves a short answer room', () => {
    const more = { model: 'claude-haiku-4-5', effort: 'high' } as const;
    expect(writeChecked({ ...more, maxOutputTokens: 4000 }).body.thinking).toMatchObject({
      budget_tokens: 3200,
    });
    expect(writeChecked({ ...more, maxOutputTokens: 1000 })).toMatchObject({
      body: { max_tokens: 1000 },
      losses: ['thinking, for which the answer is to be too short'],
    });
  });
});

describe('options', () => {
  it.each(Object.entries(MODELS))('a demanded tool goes to %s if it takes one', (model, traits) => {
    for (const toolChoice of [{ kind: 'required' }, { kind: 'tool', name: 'exec' }] as const) {
      const { body, losses } = writeChecked({ model, toolChoice, tools: [tool()], effort: 'xhigh' });
      const type = toolChoice.kind === 'tool' ? 'tool' : 'any';
      if (traits.forcedTools) expect(body.tool_choice).toMatchObject({ type });
      else expect(losses).toContain('tool_choice (this model chooses itself)');
    }
  });

  it('one call at a time is asked for, also where no tool is demanded', () => {
    const more = { parallelToolCalls: false, tools: [tool()] };
    expect(writeChecked(more).body.tool_choice).toEqual({ type: 'auto', disable_parallel_tool_use: true });
    expect(writeChecked({ parallelToolCalls: false }).body).not.toHaveProperty('tool_choice');
    expect(writeChecked({ ...more, toolChoice: { kind: 'none' } }).body.tool_choice).toEqual({
      type: 'none',
    });
  });

  it.each<[string, Partial<Ask>, object, readonly string[]]>([
    ['claude-opus-5-5', { temperature: 0.5, topP: 0.9 }, {}, ['temperature', 'top_p']],
    ['claude-opus-5-5', { temperature: 1, topP: 1 }, {}, []],
    ['claude-haiku-4-5', { temperature: 0.5 }, { temperature: 0.5 }, []],
    ['claude-haiku-4-5', { temperature: 1.5 }, { temperature: 1 }, ['temperature above 1']],
    ['claude-haiku-4-5', { temperature: 0.5, topP: 0.9 }, { temperature: 0.5 }, ['top_p']],
    ['claude-haiku-4-5', { topP: 0.9 }, { top_p: 0.9 }, []],
    ['claude-haiku-4-5', { topP: 0.9, effort: 'low' }, {}, ['top_p']],
  ])('%s takes of %o', (model, more, taken, losses) => {
    const { body, losses: told } = writeChecked({ model, ...more });
    const { temperature, top_p } = body;
    expect({
      ...(temperature !== undefined && { temperature }),
      ...(top_p !== undefined && { top_p }),
    }).toEqual(taken);
    expect(told).toEqual(losses);
  });

  it('names a limit of tokens, since the API insists on one, and none above what the model has', () => {
    expect(writeChecked({}).body.max_tokens).toBe(64_000);
    expect(writeChecked({ model: 'claude-haiku-4-5' }).body.max_tokens).toBe(32_000);
    expect(writeChecked({ maxOutputTokens: 50 }).body.max_tokens).toBe(50);
    expect(writeChecked({ model: 'claude-haiku-4-5', maxOutputTokens: 500_000 })).toMatchObject({
      body: { max_tokens: 64_000 },
      losses: ['max_output_tokens above 64000'],
    });
    const facts = { maxOutputTokens: 777 };
    const spec = createAnthropicSpec();
    expect(spec.writeRequest(askOf({}), facts).body.max_tokens).toBe(777);
    expect(spec.writeRequest(askOf({ maxOutputTokens: 778 }), facts)).toMatchObject({
      body: { max_tokens: 777 },
      losses: ['max_output_tokens above 777'],
    });
  });

  it('asks for JSON by a schema in the way that the model knows', () => {
    const schema = {
      type: 'object',
      properties: { n: { type: 'integer', minimum: 3, description: 'How many.' } },
      required: ['n'],
    };
    const format = { kind: 'schema', name: 'x', schema } as const;
    expect(writeChecked({ format }).body.output_config?.format).toEqual({
      type: 'json_schema',
      schema: {
        type: 'object',
        properties: { n: { type: 'integer', description: 'How many. (minimum 3)' } },
        required: ['n'],
        additionalProperties: false,
      },
    });
    const old = createAnthropicSpec().writeRequest(askOf({ model: 'claude-sonnet-4', format }));
    expect(JSON.stringify(old.body.system)).toContain('minimum');
    expect(old.losses).toEqual(['json_schema format (asked for in words)']);
    expect(lost({ format: { kind: 'json' } })).toEqual(['json_object format (asked for in words)']);
  });

  it('keeps a tool strict only where its schema can be held to', () => {
    const closed = {
      type: 'object',
      properties: { cmd: { type: 'string' } },
      required: ['cmd'],
      additionalProperties: false,
    };
    expect(writeChecked({ tools: [tool({ strict: true, parameters: closed })] })).toMatchObject({
      body: { tools: [{ strict: true }] },
      losses: [],
    });
    const { body, losses } = writeChecked({ tools: [tool({ strict: true })] });
    expect(body.tools?.[0]).not.toHaveProperty('strict');
    expect(losses).toEqual(['strictness of a tool']);
  });

  it('puts alternatives at the top of a schema together, which the API refuses there', () => {
    const parameters = {
      anyOf: [
        { type: 'object', properties: { a: {}, both: {} }, required: ['a', 'both'] },
        { type: 'object', properties: { b: {}, both: {} }, required: ['b', 'both'] },
      ],
    };
    const { body, losses } = writeChecked({ tools: [tool({ parameters })] });
    expect(body.tools?.[0]).toMatchObject({
      input_schema: { type: 'object', properties: { a: {}, b: {}, both: {} }, required: ['both'] },
    });
    expect(losses).toEqual(['alternatives in the schema of exec']);
  });

  it('searches by the tool of the provider, unless one of its name is there', () => {
    expect(writeChecked({ tools: [{ kind: 'web_search' }] }).body.tools).toMatchObject([
      { type: 'web_search_20250305', name: 'web_search' },
    ]);
    expect(lost({ tools: [{ kind: 'web_search' }, tool({ name: 'web_search' })] })).toEqual([
      'web_search tool',
    ]);
    const foreign = createAnthropicSpec().writeRequest(
      askOf({ model: 'glm-5', tools: [{ kind: 'web_search' }] }),
    );
    expect(foreign).toMatchObject({ losses: ['web_search tool'] });
    expect(foreign.body).not.toHaveProperty('tools');
  });

  it('says what has no place', () => {
    expect(lost({ verbosity: 'low', stop: ['\n', 'END'], user: 'x'.repeat(300) })).toEqual([
      'verbosity',
      'stop sequence of blanks',
      'name of the user, which is too long',
    ]);
    expect(writeChecked({ stop: ['END'], user: 'u1', verbosity: 'medium', cacheKey: 'k' })).toMatchObject({
      body: { stop_sequences: ['END'], metadata: { user_id: 'u1' } },
      losses: [],
    });
  });
});
