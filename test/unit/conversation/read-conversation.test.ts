import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import type { TurnAnswer } from '../../../src/admin/api-types/conversation.ts';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { type Conversation, readConversation } from '../../../src/conversation/read-conversation.ts';
import type { ExchangeDetail, StoredBody } from '../../../src/log/record.ts';
import {
  firstRequest,
  liteRequest,
  oldRequest,
  PATCH,
  secondCallAnswered,
} from '../../support/log/codex-requests.ts';
import { sampleRecord } from '../../support/render/sample-records.ts';

const bodyOf = (content: unknown): StoredBody => ({
  coding: 'identity',
  bytes: Buffer.isBuffer(content)
    ? content
    : Buffer.from(typeof content === 'string' ? content : JSON.stringify(content)),
  cutOff: false,
});

const read = (request: unknown, answer?: unknown, path = '/v1/responses'): Promise<Conversation> => {
  const detail: ExchangeDetail = {
    record: sampleRecord({ path }),
    requestHeaders: [],
    responseHeaders: [],
    ...(request !== undefined && { requestBody: bodyOf(request) }),
    ...(answer !== undefined && { responseBody: bodyOf(answer) }),
  };
  return readConversation(detail);
};

const readStored = (requestBody: StoredBody): Promise<Conversation> =>
  readConversation({ record: sampleRecord(), requestHeaders: [], responseHeaders: [], requestBody });

const kinds = (items: readonly { kind: string }[]): string[] => items.map(({ kind }) => kind);

describe('what Codex sends', () => {
  it('is new from the first item behind what the model wrote', async () => {
    const { items, newFrom } = await read(secondCallAnswered);
    expect(kinds(items)).toEqual([
      'message',
      'message',
      'message',
      'reasoning',
      'toolCall',
      'toolOutput',
      'toolCall',
      'toolOutput',
    ]);
    expect(newFrom).toBe(7);
  });

  it('is new as a whole in the first request of a session', async () => {
    expect(await read(firstRequest)).toMatchObject({ newFrom: 0 });
  });

  it('names a command by what the shell runs, and a failed one by its exit code', async () => {
    const { items } = await read(secondCallAnswered);
    expect(items[4]).toMatchObject({ name: 'exec_command', command: 'npm test', callId: 'call_1' });
    expect(items[5]).toMatchObject({ name: 'exec_command', command: 'npm test', failed: true });
  });

  it('shows the patch of a custom tool call without what stands around it', async () => {
    const { items } = await read(secondCallAnswered);
    expect(items[6]).toMatchObject({ name: 'apply_patch', custom: true, patch: PATCH });
    expect(items[7]).toMatchObject({ name: 'apply_patch' });
    expect(items[7]).not.toHaveProperty('failed');
  });

  it('shows the patch inside the heredoc of a shell command', async () => {
    const cmd = `apply_patch <<'EOF'\n${PATCH}\nEOF\n`;
    const { items } = await read({
      input: [{ type: 'function_call', name: 'exec_command', arguments: JSON.stringify({ cmd }) }],
    });
    expect(items[0]).toMatchObject({ patch: PATCH });
  });

  it('reads a shell called with a list of words as the command that it runs', async () => {
    const calls = [
      ['bash', '-lc', 'ls -la | head'],
      ['git', 'commit', '-m', "it's done"],
    ].map((list) => ({ type: 'function_call', name: 'shell', arguments: JSON.stringify({ command: list }) }));
    const { items } = await read({ input: calls });
    expect(items).toMatchObject([{ command: 'ls -la | head' }, { command: "git commit -m 'it'\\''s done'" }]);
  });

  it('offers tools by name, those of a namespace with its name', async () => {
    const { tools } = await read(secondCallAnswered);
    expect(tools).toEqual([
      'exec_command',
      'apply_patch',
      'multi_agent_v1.spawn_agent',
      'tool_search',
      'web_search',
    ]);
  });

  it('offers tools as an item of the input where the model is a lite one', async () => {
    const { tools, items } = await read(liteRequest);
    expect(tools).toEqual(['functions.exec', 'functions.wait']);
    expect(items[0]).toMatchObject({ kind: 'tools', names: ['functions.exec', 'functions.wait'] });
  });

  it('keeps the instructions of older versions apart from the items', async () => {
    const { instructions, items, newFrom } = await read(oldRequest);
    expect(instructions).toBe('You are a coding agent.');
    expect(kinds(items)).toEqual(['message', 'toolCall', 'toolOutput']);
    expect(newFrom).toBe(2);
  });

  it('says how much reasoning only the provider can read', async () => {
    const { items } = await read(secondCallAnswered);
    expect(items[3]).toEqual({
      kind: 'reasoning',
      summary: ['**Looking at the folder**'],
      encryptedBytes: 8,
    });
  });

  it('is read from a body that was kept as zstd', async () => {
    const bytes = await compressForStorage(Buffer.from(JSON.stringify(secondCallAnswered)));
    const { items } = await readStored({ coding: 'zstd', bytes, cutOff: false });
    expect(items).toHaveLength(8);
  });

  it('is read from a WebSocket frame as from a body', async () => {
    const { items } = await read({
      type: 'response.create',
      previous_response_id: 'resp_1',
      ...firstRequest,
    });
    expect(items).toHaveLength(3);
  });

  it('carries pictures in messages and in the output of tools', async () => {
    const image = { type: 'input_image', image_url: 'data:image/png;base64,AAAA', detail: 'high' };
    const { items } = await read({
      input: [
        { role: 'user', content: [image, { type: 'input_file', filename: 'a.pdf', file_data: 'AAAA' }] },
        { type: 'function_call_output', call_id: 'c', output: [image] },
      ],
    });
    const shown = { kind: 'image', url: 'data:image/png;base64,AAAA', detail: 'high' };
    expect(items).toMatchObject([
      { parts: [shown, { kind: 'file', name: 'a.pdf', bytes: 3 }] },
      { parts: [shown] },
    ]);
  });

  it('has the form that the admin API answers with', async () => {
    const { items } = await read(secondCallAnswered);
    const turn: TurnAnswer['items'] = items;
    expect(turn).toHaveLength(8);
  });
});

describe('chat completions', () => {
  const messages = [
    { role: 'system', content: 'Be brief.' },
    { role: 'user', content: [{ type: 'text', text: 'Weather?' }] },
    {
      role: 'assistant',
      content: null,
      tool_calls: [
        { id: 'c1', type: 'function', function: { name: 'weather', arguments: '{"city":"Paris"}' } },
      ],
    },
    { role: 'tool', tool_call_id: 'c1', content: '21 degrees' },
  ];

  it('are read like Responses, calls and their outputs included', async () => {
    const { items, newFrom } = await read({ messages }, undefined, '/v1/chat/completions');
    expect(items).toMatchObject([
      { kind: 'message', role: 'system' },
      { kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'Weather?' }] },
      { kind: 'toolCall', name: 'weather', arguments: '{"city":"Paris"}' },
      { kind: 'toolOutput', name: 'weather', parts: [{ kind: 'text', text: '21 degrees' }] },
    ]);
    expect(newFrom).toBe(3);
  });

  it('answer with messages, the reasoning of other providers included', async () => {
    const answer = {
      choices: [{ message: { role: 'assistant', reasoning_content: 'Hm.', content: 'Sunny.' } }],
    };
    const { output } = await read({ messages }, answer, '/v1/chat/completions');
    expect(output).toMatchObject([
      { kind: 'reasoning', summary: ['Hm.'] },
      { kind: 'message', role: 'assistant', parts: [{ text: 'Sunny.' }] },
    ]);
  });
});

describe('what is no conversation', () => {
  it('is shown as text: an error of the upstream, set out in lines', async () => {
    const { output, responseText } = await read(firstRequest, { error: { message: 'quota' } });
    expect(output).toEqual([]);
    expect(responseText).toBe('{\n  "error": {\n    "message": "quota"\n  }\n}');
  });

  it('is shown as text: a body that is no JSON', async () => {
    expect(await read('<html>Bad gateway</html>')).toMatchObject({
      requestText: '<html>Bad gateway</html>',
      items: [],
    });
  });

  it('is counted where it is binary', async () => {
    expect(await read(Buffer.alloc(3000))).toMatchObject({ requestText: '(2.9 KB of binary data)' });
  });
});

describe('a body that is damaged', () => {
  it('shows how far it goes where the log kept its beginning', async () => {
    const whole = Buffer.from(JSON.stringify(secondCallAnswered));
    const { items, unreadable } = await readStored({
      coding: 'identity',
      bytes: whole.subarray(0, whole.indexOf('npm test')),
      cutOff: true,
    });
    expect(kinds(items).slice(0, 4)).toEqual(['message', 'message', 'message', 'reasoning']);
    expect(unreadable).toMatch(/^the log kept only the first .* of the request$/);
  });

  it('says that a compressed one was kept in part, or that its file is damaged', async () => {
    const whole = await compressForStorage(Buffer.from(JSON.stringify(secondCallAnswered)));
    const bytes = whole.subarray(0, whole.length - 20);
    expect(await readStored({ coding: 'zstd', bytes, cutOff: true })).toMatchObject({
      unreadable: expect.stringMatching(/kept only the first \d+ B of the compressed request/),
    });
    expect(await readStored({ coding: 'zstd', bytes, cutOff: false })).toMatchObject({
      unreadable: expect.stringContaining('damaged'),
    });
  });

  it('is still read where bytes of it are no UTF-8', async () => {
    const bytes = Buffer.from(JSON.stringify(firstRequest));
    bytes[bytes.indexOf('coding agent')] = 0xff;
    const { items } = await read(bytes);
    expect(items[0]).toMatchObject({ parts: [{ text: 'You are Codex, a \ufffdoding agent.' }] });
  });

  // Some engines write JSON of any depth, others of as much as the stack holds.
  it.each([1_000, 200_000])('is survived where it is nested %d levels deep', async (depth) => {
    const deep = `{"input":[{"type":"mystery","x":${'['.repeat(depth)}${']'.repeat(depth)}}]}`;
    const { items } = await read(deep);
    expect(items).toEqual([{ kind: 'unknown', type: 'mystery', json: '(nested too deeply to be shown)' }]);
  });

  it('is shown where it is nested as deep as a schema may be', async () => {
    const nested = '['.repeat(150) + ']'.repeat(150);
    const { items } = await read(`{"input":[{"type":"mystery","x":${nested}}]}`);
    expect(items).toEqual([{ kind: 'unknown', type: 'mystery', json: expect.stringContaining(nested) }]);
  });

  it('is not laid out in lines where that would multiply its size', async () => {
    const { requestText } = await read(`{"x":${'['.repeat(20_000)}${']'.repeat(20_000)}}`);
    expect(requestText).toBe('(nested too deeply to be shown)');
  });

  it('is survived at ten megabytes', async () => {
    const item = { role: 'user', content: 'x'.repeat(10_000) };
    const { items } = await read({ input: Array.from({ length: 1000 }, () => item) });
    expect(items).toHaveLength(1000);
  });

  it('never throws, whatever JSON it is', async () => {
    const field = fc.constantFrom(
      'input',
      'messages',
      'tools',
      'output',
      'choices',
      'type',
      'content',
      'arguments',
    );
    const value = fc.letrec((tie) => ({
      value: fc.oneof(
        { maxDepth: 4 },
        fc.constantFrom('message', 'function_call', 'shell_call_output', 'reasoning', 'mcp_call'),
        fc.jsonValue({ maxDepth: 1 }),
        fc.array(tie('value'), { maxLength: 3 }),
        fc.dictionary(field, tie('value'), { maxKeys: 4 }),
      ),
    })).value;
    await fc.assert(
      fc.asyncProperty(
        value,
        value,
        fc.constantFrom('/v1/responses', '/v1/chat/completions'),
        async (...args) => {
          const [request, answer, path] = args;
          const { items, newFrom } = await read(JSON.stringify(request), JSON.stringify(answer), path);
          expect(newFrom).toBeLessThanOrEqual(items.length);
        },
      ),
      { numRuns: 400 },
    );
  });

  it('never throws, whatever bytes it is', async () => {
    await fc.assert(
      fc.asyncProperty(fc.uint8Array({ maxLength: 200 }), async (bytes) => {
        await read(Buffer.from(bytes), Buffer.from(bytes));
        await readStored({ coding: 'zstd', bytes: Buffer.from(bytes), cutOff: false });
      }),
    );
  });
});

const recordings = join(import.meta.dirname, '../../recordings/ai-sdk/openai-responses');

describe('recorded answers', () => {
  const streamOf = (name: string): string =>
    readFileSync(join(recordings, name), 'utf8')
      .trim()
      .split('\n')
      .map((data) => `data: ${data}\n\n`)
      .join('');

  it.each([
    ['openai-apply-patch-tool.1.chunks.txt', [{ kind: 'toolCall', name: 'apply_patch' }]],
    ['openai-custom-tool.1.chunks.txt', [{ kind: 'toolCall', name: 'write_sql', custom: true }]],
    ['openai-client-tool-search.1.chunks.txt', [{ kind: 'toolCall', name: 'tool_search' }]],
    [
      'openai-local-shell-tool.1.chunks.txt',
      [{ kind: 'reasoning' }, { kind: 'toolCall', name: 'local_shell', command: "ls -a '~'" }],
    ],
    ['openai-compaction.1.chunks.txt', [{ kind: 'message' }, { kind: 'unknown', type: 'compaction' }]],
    ['openai-phase.1.chunks.txt', [{ kind: 'message', phase: 'commentary' }, { kind: 'message' }]],
  ])('of %s hold what the model said', async (name, items) => {
    const { output } = await read(firstRequest, streamOf(name));
    expect(output).toMatchObject(items);
  });

  it('give an apply_patch call in the form of a patch', async () => {
    const { output } = await read(firstRequest, streamOf('openai-apply-patch-tool.1.chunks.txt'));
    expect(output[0]).toMatchObject({
      patch: expect.stringMatching(
        /^\*\*\* Begin Patch\n\*\*\* Add File: shopping-checklist\.md\n\+## Shopping Checklist\n[\s\S]*\n\*\*\* End Patch$/,
      ),
    });
  });

  it('hold something to read in every one of them, or say an error', async () => {
    for (const name of readdirSync(recordings).filter((file) => file.endsWith('.chunks.txt'))) {
      const { output, responseText } = await read(firstRequest, streamOf(name));
      expect([name, output.length > 0 || responseText !== undefined]).toEqual([name, true]);
    }
  });
});
