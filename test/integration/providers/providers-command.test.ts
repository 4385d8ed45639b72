import { once } from 'node:events';
import { createServer, type IncomingMessage, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { runCli } from '../../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

interface Asked {
  readonly method: string | undefined;
  readonly url: string | undefined;
  readonly headers: IncomingMessage['headers'];
  readonly body: Record<string, unknown>;
}

const servers: Server[] = [];
afterEach(() => {
  for (const server of servers.splice(0)) server.close();
});

type Answer = readonly [status: number, body: unknown];

const serve = async (
  answers: (asked: Asked) => Answer,
): Promise<{ readonly url: string; readonly asked: Asked[] }> => {
  const asked: Asked[] = [];
  const server = createServer(async (request, response) => {
    const chunks: Buffer[] = [];
    for await (const chunk of request as AsyncIterable<Buffer>) chunks.push(chunk);
    const text = Buffer.concat(chunks).toString('utf8');
    const { method, url, headers } = request;
    asked.push({ method, url, headers, body: text === '' ? {} : JSON.parse(text) });
    const [status, body] = answers(asked.at(-1) as Asked);
    response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(body));
  }).listen(0, '127.0.0.1');
  servers.push(server);
  await once(server, 'listening');
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, asked };
};

const LIST = { data: [{ id: 'whisper-1' }, { id: 'huge-70b' }, { id: 'tiny-8b', context_window: 8192 }] };
const CHAT = { id: 'c', object: 'chat.completion', choices: [{ message: { content: 'ok' } }] };

const run = (args: readonly string[], env: Record<string, string>) =>
  runCli(args, { GOMODEL_HOME: createTemporaryFolder('data'), ...env });
const lines = (stdout: string) =>
  stdout
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));

describe('providers', () => {
  it('lists who is configured and asks nobody', async () => {
    const { url, asked } = await serve(() => [200, LIST]);
    const { code, stdout } = await run(['providers'], {
      OPENAI_API_KEY: 'sk-secret',
      GROQ_API_KEY: 'gsk-secret',
      GROQ_BASE_URL: url,
      OLLAMA_BASE_URL: url,
    });
    expect(code).toBe(0);
    expect(stdout).toMatch(/^\* +openai +api\.openai\.com +OPENAI_API_KEY +– +responses, chat$/m);
    expect(stdout).toMatch(/^ +groq +127\.0\.0\.1:\d+ +GROQ_API_KEY +– +chat, \(chat\)$/m);
    expect(stdout).toMatch(/^ +ollama .* none needed /m);
    expect(stdout).not.toContain('secret');
    expect(asked).toEqual([]);
  });

  it('proves each with a real request, of a small model, and says what went wrong', async () => {
    const good = await serve(({ method }) => (method === 'GET' ? [200, LIST] : [200, CHAT]));
    const bad = await serve(({ method }) =>
      method === 'GET'
        ? [200, { data: [{ id: 'claude-haiku' }] }]
        : [401, { type: 'error', error: { type: 'authentication_error', message: 'invalid x-api-key' } }],
    );
    const env = {
      GROQ_API_KEY: 'gsk-secret',
      GROQ_BASE_URL: good.url,
      ANTHROPIC_API_KEY: 'ant-secret',
      ANTHROPIC_BASE_URL: bad.url,
      MISTRAL_API_KEY: 'm-secret',
      MISTRAL_BASE_URL: 'http://127.0.0.1:1/v1',
    };
    const { code, stdout } = await run(['providers', '--check', '--json'], env);
    expect(code).toBe(1);
    expect(Object.fromEntries(lines(stdout).map(({ id, check }) => [id, check]))).toEqual({
      anthropic: {
        state: 'failed',
        model: 'claude-haiku',
        message: 'claude-haiku: 401, invalid x-api-key',
        remedy: expect.stringContaining('ANTHROPIC_API_KEY'),
      },
      groq: { state: 'ok', model: 'tiny-8b', ms: expect.any(Number), listed: 3 },
      mistral: {
        state: 'failed',
        message: expect.stringMatching(/^127\.0\.0\.1:1: .*ECONNREFUSED/),
        remedy: expect.stringContaining('whether it runs'),
      },
    });
    expect(good.asked.at(-1)).toMatchObject({
      method: 'POST',
      url: '/v1/chat/completions',
      headers: { authorization: 'Bearer gsk-secret' },
      body: { model: 'tiny-8b', stream: false },
    });
    expect(bad.asked.at(-1)).toMatchObject({
      url: '/v1/messages',
      headers: { 'x-api-key': 'ant-secret', 'anthropic-version': expect.any(String) },
      body: { model: 'claude-haiku' },
    });
    const shown = await run(['providers', '--check', '--provider', 'anthropic'], env);
    expect(shown.stdout).toMatch(
      /✗ failed\n {3}claude-haiku: 401, invalid x-api-key\n {3}→ .*ANTHROPIC_API_KEY/,
    );
    expect(shown.stdout).not.toContain('groq');
  });

  it('refuses a name that is none, and names those that there are', async () => {
    const { code, stderr } = await run(['providers', '--provider', 'grok'], { XAI_API_KEY: 'k' });
    expect(code).toBe(2);
    expect(stderr).toMatch(/no provider "grok". Configured: xai\./);
  });
});

describe('models', () => {
  it('lists what can be asked for by both names, and keeps it for the next time', async () => {
    const { url } = await serve(() => [200, LIST]);
    const env = { GROQ_API_KEY: 'k', GROQ_BASE_URL: url, GOMODEL_HOME: createTemporaryFolder('data') };
    const { code, stdout } = await runCli(['models', '--json'], env);
    expect(code).toBe(0);
    expect(lines(stdout)).toContainEqual({
      schemaVersion: 1,
      name: 'tiny-8b',
      qualified: 'groq/tiny-8b',
      provider: 'groq',
      upstreamModel: 'tiny-8b',
      contextWindow: 8192,
      isAlias: false,
      isConfigured: false,
      isNative: false,
    });
    for (const server of servers.splice(0)) server.close();
    const again = await runCli(['models', '--no-refresh'], env);
    expect(again.stdout).toMatch(/^tiny-8b +groq\/tiny-8b +8\.2k +– +translated$/m);
  });

  it('says who gave no list, and shows what is configured all the same', async () => {
    const { url } = await serve(() => [403, { error: { message: 'not yours' } }]);
    const env = { GROQ_API_KEY: 'k', GROQ_BASE_URL: url, GROQ_MODELS: 'mine, yours' };
    const { code, stdout, stderr } = await run(['models'], env);
    expect(code).toBe(0);
    expect(stdout).toMatch(/^mine +groq\/mine/m);
    expect(stdout).toMatch(/^yours +groq\/yours/m);
    expect(stderr).toMatch(/groq gave no list: .* answered 403: not yours\./);
  });
});
