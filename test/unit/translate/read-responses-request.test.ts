import { randomBytes } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import { readResponsesRequest } from '../../../src/translate/responses/read-request.ts';
import { createSealer } from '../../../src/translate/seal.ts';
import { liteRequest, oldRequest, PATCH, secondCallAnswered } from '../../support/log/codex-requests.ts';

const sealer = createSealer(randomBytes(32));
const read = (request: Record<string, unknown>) => readResponsesRequest(request, { model: 'm', sealer });
const text = (words: string) => ({ kind: 'text', text: words });
const toolNames = (request: Record<string, unknown>) =>
  read(request).ask.tools.map((tool) => (tool.kind === 'function' ? tool.name : tool.kind));

describe('a turn of Codex', () => {
  it('keeps its conversation in order: messages, reasoning, calls and their results', () => {
    const { ask, losses } = read(secondCallAnswered);
    expect(ask.items.map((item) => (item.kind === 'message' ? item.role : item.kind))).toEqual([
      'developer',
      'user',
      'user',
      'reasoning',
      'call',
      'result',
      'call',
      'result',
    ]);
    expect(ask.items[4]).toEqual({
      kind: 'call',
      callId: 'call_1',
      name: 'exec_command',
      json: '{"cmd":"npm test"}',
    });
    expect(losses).toEqual(['encrypted reasoning of another provider']);
  });

  it('turns the input of a custom tool into an argument of a function', () => {
    const { ask } = read(secondCallAnswered);
    expect(ask.items[6]).toEqual({
      kind: 'call',
      callId: 'call_2',
      name: 'apply_patch',
      json: JSON.stringify({ input: `${PATCH}\n` }),
    });
  });

  it('puts instructions first', () => {
    const { ask } = read(oldRequest);
    expect(ask.items[0]).toEqual({
      kind: 'message',
      role: 'system',
      parts: [text('You are a coding agent.')],
    });
  });

  it('finds its tools in an item of the input, and in namespaces', () => {
    const { ask, names } = read(liteRequest);
    expect(ask.tools.map((tool) => tool.kind === 'function' && tool.name)).toEqual([
      'functions__exec',
      'functions__wait',
    ]);
    expect(names.toolOf('functions__exec')).toEqual({ kind: 'custom', name: 'exec', namespace: 'functions' });
    expect(names.toolOf('functions__wait')).toMatchObject({ kind: 'function', name: 'wait' });
    expect(ask.items.map(({ kind }) => kind)).toEqual(['message', 'message']);
  });
});

describe('tools', () => {
  it('carry the grammar of a custom tool in the description', () => {
    const format = { type: 'grammar', syntax: 'lark', definition: 'start: "x"+' };
    const { ask } = read({ tools: [{ type: 'custom', name: 'apply_patch', description: 'Edits.', format }] });
    expect(ask.tools[0]).toMatchObject({
      description: expect.stringMatching(/^Edits\.[\s\S]*\(lark\):\n\nstart: "x"\+$/),
      parameters: { properties: { input: { type: 'string' } }, required: ['input'] },
    });
  });

  it('keep apart what has one name in two namespaces, and too long names', () => {
    const inner = (name: string) => [{ type: 'function', name }];
    const tools = [
      { type: 'function', name: 'a__b' },
      { type: 'namespace', name: 'a', tools: inner('b') },
      { type: 'namespace', name: 'mcp__files__', tools: inner('read') },
      { type: 'namespace', name: 'n'.repeat(60), tools: inner('long') },
      { type: 'namespace', name: 'n'.repeat(60), tools: inner('longer') },
      { type: 'function', name: '1.dötted' },
    ];
    const { ask, names } = read({ tools });
    const wireNames = ask.tools.map((tool) => (tool.kind === 'function' ? tool.name : ''));
    expect(new Set(wireNames).size).toBe(tools.length);
    expect(wireNames[2]).toBe('mcp__files__read');
    for (const name of wireNames) expect(name).toMatch(/^[a-zA-Z_][a-zA-Z0-9_-]{0,63}$/);
    expect(wireNames.map((name) => names.toolOf(name).name)).toEqual([
      'a__b',
      'b',
      'read',
      'long',
      'longer',
      '1.dötted',
    ]);
    expect(toolNames({ tools })).toEqual(wireNames);
  });

  it('are understood where a model leaves the namespace out or writes it with a dot', () => {
    const { names } = read(liteRequest);
    expect(names.toolOf('exec')).toMatchObject({ kind: 'custom', namespace: 'functions' });
    expect(names.toolOf('functions.wait')).toMatchObject({ name: 'wait', namespace: 'functions' });
    expect(names.toolOf('unheard')).toEqual({ kind: 'function', name: 'unheard' });
  });

  it('that a search found can be called from then on', () => {
    const found = {
      type: 'namespace',
      name: 'agents',
      tools: [{ type: 'function', name: 'spawn', parameters: { type: 'object', properties: {} } }],
    };
    const { ask, losses } = read({
      tools: [{ type: 'tool_search', execution: 'client', parameters: { type: 'object', properties: {} } }],
      input: [
        { type: 'tool_search_call', call_id: 'c', execution: 'client', arguments: { query: 'agents' } },
        { type: 'tool_search_output', call_id: 'c', execution: 'client', tools: [found] },
      ],
    });
    expect(ask.tools.map((tool) => tool.kind === 'function' && tool.name)).toEqual([
      'tool_search',
      'agents__spawn',
    ]);
    expect(ask.items).toEqual([
      { kind: 'call', callId: 'c', name: 'tool_search', json: '{"query":"agents"}' },
      { kind: 'result', callId: 'c', parts: [text('Tools that can be called now: agents__spawn')] },
    ]);
    expect(losses).toEqual([]);
  });

  it('that the provider runs are left out with a word, and a search that must not reach the web as well', () => {
    const tools = [
      { type: 'web_search', external_web_access: false },
      { type: 'local_shell' },
      { type: 'image_generation' },
      { type: 'tool_search' },
      { type: 'mcp', server_label: 'x' },
    ];
    const { ask, losses } = read({ tools });
    expect(ask.tools).toEqual([]);
    expect(losses).toEqual([
      'web_search tool without access to the web',
      'local_shell tool',
      'image_generation tool',
      'tool_search tool',
      'mcp tool',
    ]);
    expect(toolNames({ tools: [{ type: 'web_search_2025_08_26' }] })).toEqual(['web_search']);
  });
});

describe('tool_choice', () => {
  const tools = [{ type: 'function', name: 'one' }, { type: 'custom', name: 'two' }, { type: 'web_search' }];
  it.each([
    ['auto', { kind: 'auto' }],
    ['none', { kind: 'none' }],
    ['required', { kind: 'required' }],
    [
      { type: 'function', name: 'one' },
      { kind: 'tool', name: 'one' },
    ],
    [
      { type: 'custom', name: 'two' },
      { kind: 'tool', name: 'two' },
    ],
  ])('%o is carried', (choice, expected) => {
    expect(read({ tools, tool_choice: choice }).ask.toolChoice).toEqual(expected);
  });

  it('of some allowed tools offers these alone', () => {
    const choice = { type: 'allowed_tools', mode: 'required', tools: [{ type: 'custom', name: 'two' }] };
    const { ask } = read({ tools, tool_choice: choice });
    expect(ask.toolChoice).toEqual({ kind: 'required' });
    expect(ask.tools.map((tool) => tool.kind === 'function' && tool.name)).toEqual(['two']);
  });

  it('of a tool at OpenAI is listed as lost', () => {
    expect(read({ tool_choice: { type: 'image_generation' } }).losses).toEqual([
      'tool_choice image_generation',
    ]);
  });
});

describe('what a tool gave back', () => {
  const resultOf = (output: unknown, type = 'function_call_output') => {
    const { ask, losses } = read({ input: [{ type, call_id: 'c', output }] });
    return { item: ask.items[0], losses };
  };
  const image = 'data:image/png;base64,AAAA';

  it('may be text, parts with images, or anything else as JSON', () => {
    expect(resultOf('done').item).toEqual({ kind: 'result', callId: 'c', parts: [text('done')] });
    const parts = [
      { type: 'input_text', text: 'see' },
      { type: 'input_image', image_url: image, detail: 'original' },
    ];
    expect(resultOf(parts, 'custom_tool_call_output').item).toMatchObject({
      parts: [text('see'), { kind: 'image', url: image, detail: 'high' }],
    });
    expect(resultOf([1, 2]).item).toMatchObject({ parts: [text('[1,2]')] });
  });

  it('may come in several outputs of one call: providers take one', () => {
    const call = { type: 'custom_tool_call', call_id: 'c', name: 'exec', input: 'notify(1)' };
    const output = (words: string) => ({ type: 'custom_tool_call_output', call_id: 'c', output: words });
    const message = { type: 'message', role: 'user', content: 'and?' };
    const { ask } = read({ input: [call, output('1'), message, output('2'), call, output('3')] });
    expect(ask.items.map((item) => ('parts' in item ? item.parts : item.kind))).toEqual([
      'call',
      [text('1'), text('2')],
      [text('and?')],
      'call',
      [text('3')],
    ]);
  });

  it('is kept without its call', () => {
    expect(resultOf('orphan').item).toMatchObject({ kind: 'result', callId: 'c' });
  });
});

describe('reasoning', () => {
  const state = { dialect: 'anthropic' as const, data: { signature: 'sig', list: [1] } };
  const item = (members: object) => ({ type: 'reasoning', summary: [], ...members });

  it('gets back exactly what its provider had sealed', () => {
    const summary = [{ type: 'summary_text', text: 'Thinking' }];
    const input = [item({ summary, encrypted_content: sealer.sealReasoning(state) })];
    expect(read({ input })).toMatchObject({
      ask: { items: [{ kind: 'reasoning', text: 'Thinking', state }] },
      losses: [],
    });
  });

  it('that was sealed by somebody else goes on as its text, and is listed', () => {
    const encrypted = createSealer(randomBytes(32)).sealReasoning(state);
    const input = [
      item({ summary: [{ type: 'summary_text', text: 'Thinking' }], encrypted_content: encrypted }),
      item({ encrypted_content: 'gAAAA' }),
    ];
    const { ask, losses } = read({ input });
    expect(ask.items).toEqual([{ kind: 'reasoning', text: 'Thinking' }]);
    expect(losses).toEqual(['encrypted reasoning of another provider']);
  });
});

describe('a summary in place of a conversation', () => {
  it('is what it stands for where this gateway has sealed it', () => {
    const input = [{ type: 'compaction', encrypted_content: sealer.sealSummary('So far: all green.') }];
    const { ask, losses } = read({ input });
    expect(ask.items).toEqual([{ kind: 'message', role: 'user', parts: [text('So far: all green.')] }]);
    expect(losses).toEqual([]);
  });

  it.each([
    ['compaction', 'gAAAA', /encrypted by the provider that wrote it/],
    ['context_compaction', 'gAAAA', /encrypted by the provider that wrote it/],
    ['compaction', createSealer(randomBytes(32)).sealSummary('x'), /sealed by another gateway/],
  ])('N4: is refused in words where nobody here can open it: %s %.5s', (type, encrypted_content, words) => {
    const refused = expect.objectContaining({
      code: 'memory_unreadable',
      status: 400,
      message: expect.stringMatching(words),
    });
    expect(() => read({ input: [{ type, encrypted_content }, 'Go on.'] })).toThrow(refused);
  });
});

describe('N1: a message of another agent', () => {
  const envelope = { type: 'input_text', text: 'Message Type: NEW_TASK\nSender: /root\nPayload:\n' };
  const sealed = (encrypted_content: string) => ({ type: 'encrypted_content', encrypted_content });
  const message = (...content: object[]) => ({
    type: 'agent_message',
    author: '/root',
    recipient: '/root/one',
    content,
  });
  const CIPHER = `gAAAAAB${'pX_-9'.repeat(30)}==`;

  it('is said by the user, with its envelope, where a translated model wrote it', () => {
    const { ask, losses } = read({ input: [message(envelope, sealed('List the files.'))] });
    expect(ask.items).toEqual([
      { kind: 'message', role: 'user', parts: [text(`${envelope.text}List the files.`)] },
    ]);
    expect(losses).toEqual([]);
  });

  it('is refused in words where it is a cipher that asks for an answer', () => {
    const refused = expect.objectContaining({
      code: 'memory_unreadable',
      message: expect.stringContaining('/root'),
    });
    expect(() => read({ input: [message(envelope, sealed(CIPHER))] })).toThrow(refused);
  });

  it('is listed as lost where it is a cipher that was answered long ago', () => {
    const input = [message(envelope, sealed(CIPHER)), { role: 'assistant', content: 'Done.' }, 'Go on.'];
    const { ask, losses } = read({ input });
    expect(ask.items[0]).toMatchObject({ role: 'user', parts: [text(envelope.text), { kind: 'text' }] });
    expect(losses).toEqual(['message of an agent that is encrypted']);
  });
});

it('an image that a tool of the provider made is shown by the user', () => {
  const { ask } = read({
    input: [{ type: 'image_generation_call', id: 'ig', result: 'iVBORw0KGgo=', revised_prompt: 'A cat' }],
  });
  expect(ask.items).toEqual([
    {
      kind: 'message',
      role: 'user',
      parts: [text('[an image that was made: A cat]'), { kind: 'image', url: 'data:;base64,iVBORw0KGgo=' }],
    },
  ]);
});

it.each([
  [{ type: 'input_image', file_id: 'file-1' }, /file-1 is stored by OpenAI only/],
  [{ type: 'input_file', file_id: 'file-2' }, /file-2 is stored by OpenAI only/],
])('K5: a file that only OpenAI keeps is refused: %j', (part, words) => {
  const refused = expect.objectContaining({ code: 'invalid_request', message: expect.stringMatching(words) });
  expect(() => read({ input: [{ role: 'user', content: [part] }] })).toThrow(refused);
});

it('what cannot be carried is listed, item by item and member by member', () => {
  const { ask, losses } = read({
    input: [
      { type: 'hologram', depth: 3 },
      { type: 'message', role: 'user', content: [{ type: 'input_image' }] },
      { type: 'message', role: 'user', content: [{ type: 'input_audio', input_audio: {} }] },
      7,
    ],
    previous_response_id: 'resp_1',
    service_tier: 'priority',
    truncation: 'auto',
    background: false,
    include: ['reasoning.encrypted_content', 'message.output_text.logprobs'],
    reasoning: { effort: 'ultra' },
    shiny: true,
    conversation: null,
  });
  expect(losses).toEqual([
    'hologram item',
    'image without an address',
    'input_audio part',
    'input item that is no object',
    'reasoning effort ultra',
    'previous_response_id',
    'service_tier',
    'truncation',
    'shiny',
    'include message.output_text.logprobs',
  ]);
  expect(ask.effort).toBeUndefined();
});

it('options keep their values', () => {
  const format = { type: 'json_schema', name: 'plan', schema: { type: 'object' }, strict: true };
  const { ask, losses } = read({
    input: 'Hello',
    stream: true,
    parallel_tool_calls: false,
    reasoning: { effort: 'low', summary: 'auto' },
    text: { verbosity: 'high', format },
    max_output_tokens: 100,
    temperature: 0,
    top_p: 0.5,
    prompt_cache_key: 'key',
    safety_identifier: 'me',
    metadata: { a: 'b' },
    store: false,
  });
  expect(ask).toEqual({
    model: 'm',
    items: [{ kind: 'message', role: 'user', parts: [text('Hello')] }],
    tools: [],
    stream: true,
    parallelToolCalls: false,
    effort: 'low',
    wantsReasoning: true,
    verbosity: 'high',
    format: { kind: 'schema', name: 'plan', schema: { type: 'object' }, strict: true },
    maxOutputTokens: 100,
    temperature: 0,
    topP: 0.5,
    cacheKey: 'key',
    user: 'me',
  });
  expect(losses).toEqual([]);
});
