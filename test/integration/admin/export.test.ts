import { writeFileSync } from 'node:fs';
import { expect, it } from 'vitest';
import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import { askAdmin, readAdmin } from '../../support/admin/ask-admin.ts';
import { composeGateway, MASTER_KEY, UPSTREAM_KEY } from '../../support/gateway/compose-gateway.ts';
import { recordExchange } from '../../support/log/record-exchange.ts';

const HOSTILE = `</pre><script>alert(1)</script><img src=x onerror=alert(1)>'"&\u0000`;
const request = (text: string): string =>
  JSON.stringify({
    model: 'gpt-5.5',
    instructions: HOSTILE,
    input: [{ type: 'message', role: HOSTILE, content: [{ type: 'input_text', text }] }],
  });

const setUp = async () => {
  const gateway = await composeGateway('http://127.0.0.1:9/v1');
  const exchanges = ['first', HOSTILE].map((text) =>
    recordExchange(gateway.recorder, {
      path: `/v1/responses?x=${encodeURIComponent('<b>')}`,
      rawHeaders: [
        'content-type',
        'application/json',
        'authorization',
        `Bearer ${UPSTREAM_KEY}`,
        'x-quote',
        "it's",
      ],
      requestBody: request(text),
      responseBody: JSON.stringify({
        output: [{ type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] }],
      }),
      record: { model: HOSTILE, usage: { inputTokens: 5, outputTokens: 2, totalTokens: 7 } },
    }),
  );
  const read = async (query: string): Promise<string> => {
    const response = await askAdmin(gateway.port, `audit/export?${query}`);
    expect(response.status).toBe(200);
    expect(response.headers.get('content-disposition')).toMatch(/^attachment; filename="[\w.-]+"$/);
    return response.text();
  };
  return { gateway, exchanges, read };
};

it('writes JSON lines, oldest first', async () => {
  const { exchanges, read } = await setUp();
  const lines = (await read('format=jsonl')).trimEnd().split('\n');
  // Two ids of one millisecond have no order but their own.
  const wanted = exchanges.map(({ id }) => id).sort();
  expect(lines.map((line) => (JSON.parse(line) as AuditEntry).id)).toEqual(wanted);
});

it('writes a HAR with bodies and no secret', async () => {
  const { exchanges, read } = await setUp();
  const text = await read(`format=har&id=${exchanges[1]?.id}`);
  expect(text).not.toContain(UPSTREAM_KEY);
  const { log } = JSON.parse(text);
  expect(log.version).toBe('1.2');
  expect(log.entries).toHaveLength(1);
  expect(log.entries[0].request.postData.text).toBe(request(HOSTILE));
  expect(log.entries[0].request.url).toMatch(/^http:\/\/localhost:\d+\/v1\/responses\?x=/);
});

it('writes a page on which nothing that was said is markup', async () => {
  const { read } = await setUp();
  const page = await read('format=html');
  expect(page).not.toMatch(/<script|<img|onerror=[^&]*>|\u0000/);
  expect(page).toContain('&lt;script&gt;alert(1)&lt;/script&gt;');
  expect(page).toContain("default-src 'none'");
  expect(page).not.toContain(MASTER_KEY);
});

it('finds a text in the bodies where it is asked to', async () => {
  const { gateway, exchanges } = await setUp();
  const found = async (query: string): Promise<string[]> => {
    const { entries } = await readAdmin<{ entries: AuditEntry[] }>(gateway.port, `audit/log?${query}`);
    return entries.map(({ id }) => id);
  };
  expect(await found('search=FIRST')).toEqual([]);
  expect(await found('search=FIRST&in=bodies')).toEqual([exchanges[0]?.id]);
  expect(await found('search=FIRST&in=bodies&status_code=404')).toEqual([]);
});

it('refuses an export in no form that it has', async () => {
  const { gateway } = await setUp();
  expect((await askAdmin(gateway.port, 'audit/export?format=pdf')).status).toBe(400);
  expect(
    (await askAdmin(gateway.port, 'audit/export?format=har&id=req_00000000000000000000000000')).status,
  ).toBe(404);
});

it('holds no listener more for each exchange that a slow client waits for', async () => {
  const { gateway, read } = await setUp();
  for (let count = 0; count < 40; count++) {
    recordExchange(gateway.recorder, { responseBody: JSON.stringify({ text: 'x'.repeat(300_000) }) });
  }
  const warnings: Error[] = [];
  const note = (warning: Error): void => void warnings.push(warning);
  process.on('warning', note);
  try {
    expect((await read('format=har')).length).toBeGreaterThan(40 * 300_000);
    // Warnings are emitted in a later turn.
    await new Promise((resolve) => setTimeout(resolve, 20));
  } finally {
    process.off('warning', note);
  }
  expect(warnings).toEqual([]);
});

it('writes a page that begins with what was asked, and folds what a client says of itself', async () => {
  const { gateway, read } = await setUp();
  await fetch(`http://127.0.0.1:${gateway.port}/v1/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER_KEY}` },
    body: JSON.stringify({
      model: 'gpt-5.5',
      input: [
        { type: 'message', role: 'developer', content: [{ type: 'input_text', text: 'RULES '.repeat(50) }] },
        {
          type: 'message',
          role: 'user',
          content: [{ type: 'input_text', text: '<environment_context>X</environment_context>' }],
        },
        { type: 'message', role: 'user', content: [{ type: 'input_text', text: 'Rename the parser.' }] },
      ],
    }),
  });
  await gateway.records();
  const page = await read('format=html');
  const unfolded = page.replace(/<details>[\s\S]*?<\/details>/g, '');
  expect(unfolded).toContain('Rename the parser.');
  expect(unfolded).not.toContain('RULES');
  expect(unfolded).not.toContain('environment_context');
  expect(page).toContain('RULES');
});

const PATCH = `*** Begin Patch
*** Update File: src/greet.ts
@@
-const greeting = 'hi';
+const greeting = '<b>hello</b>';
*** End Patch`;

it('writes a session as its story: prompts, diffs, what tools gave back, and what filled the context', async () => {
  const { gateway, read } = await setUp();
  const said = (role: string, text: string) => ({
    type: 'message',
    role,
    content: [{ type: role === 'user' ? 'input_text' : 'output_text', text }],
  });
  const call = { type: 'custom_tool_call', call_id: 'c1', name: 'apply_patch', input: PATCH };
  const shell = {
    type: 'function_call',
    call_id: 'c2',
    name: 'exec_command',
    arguments: JSON.stringify({ cmd: 'npm test' }),
  };
  const prompt = said('user', `Greet **better**. ${HOSTILE}`);
  const results = [
    { type: 'custom_tool_call_output', call_id: 'c1', output: 'Done.' },
    {
      type: 'function_call_output',
      call_id: 'c2',
      output: 'Wall time: 3.62 seconds\nProcess exited with code 1\nOutput:\n1 test failed',
    },
  ];
  const ask = async (
    turn: string,
    input: readonly object[],
    output: readonly object[],
    inputTokens: number,
  ) => {
    // Two ids of one millisecond have no order but their own.
    const now = Date.now();
    while (Date.now() === now) await new Promise((resolve) => setImmediate(resolve));
    return recordExchange(gateway.recorder, {
      rawHeaders: [
        ...['session-id', 'story-session-1', 'thread-id', 'story-session-1'],
        ...['x-codex-turn-metadata', JSON.stringify({ turn_id: turn })],
      ],
      requestBody: JSON.stringify({ model: 'gpt-5', instructions: 'Be kind.', input }),
      responseBody: JSON.stringify({ output }),
      record: {
        model: 'gpt-5',
        provider: 'openai',
        usage: { inputTokens, cachedInputTokens: 0, outputTokens: 50, totalTokens: inputTokens + 50 },
      },
    });
  };
  const answer = said('assistant', 'It says *hello* now.');
  await ask('turn-1', [prompt], [call, shell], 20_000);
  await ask('turn-1', [prompt, call, shell, ...results], [answer], 21_000);
  const last = await ask(
    'turn-2',
    [prompt, call, shell, ...results, answer, said('user', 'Thanks!')],
    [],
    22_000,
  );
  await gateway.records();
  const page = await read('format=html&session=story-session-1');
  if (process.env.EXPORTED_STORY) writeFileSync(process.env.EXPORTED_STORY, page);
  expect(page).not.toMatch(/<script|<img|onerror=[^&]*>|\u0000|javascript:/);
  expect(page).not.toMatch(/(?:src|href)="(?!data:image|https?:|mailto:)/);
  expect(page).toContain("default-src 'none'");
  expect(page.match(/<details class="prompt" open>/g)).toHaveLength(2);
  expect(page.match(/<article /g)).toHaveLength(3);
  expect(page).toContain(`<article id="${last.id}">`);
  // A diff within the call, and one of the whole session.
  expect(page.match(/<span class="removed">- const greeting = &#39;hi&#39;;<\/span>/g)).toHaveLength(2);
  expect(page).toContain('<span class="added">+ const greeting = &#39;&lt;b&gt;hello&lt;/b&gt;&#39;;</span>');
  expect(page).toContain('1 file changed');
  expect(page).toContain('<pre class="command">$ npm test</pre>');
  expect(page).toContain('<p class="facts">$ npm test</p>');
  expect(page).toContain('<p class="error">exit code 1 · 3.62 s</p><pre>1 test failed</pre>');
  expect(page).toContain('Greet <strong>better</strong>.');
  expect(page).toContain('It says <em>hello</em> now.');
  expect(page).toContain('The context grew from 20,000 to 22,000 tokens');
  expect(page).toMatch(/Cache lost: 20,000 tokens read again for \$0\.0\d+ more/);
  // Beside another filter it is what the log selects, as before.
  expect(await read('format=html&session=story-session-1&model=gpt-5')).not.toContain('class="prompt"');
  const response = await askAdmin(gateway.port, 'audit/export?format=html&session=none-such');
  expect(response.status).toBe(404);
});
