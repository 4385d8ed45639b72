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
