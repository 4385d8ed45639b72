import { writeFile } from 'node:fs/promises';
import { createServer, type IncomingMessage } from 'node:http';
import { describe, expect, it, onTestFinished } from 'vitest';
import { catalogFileOf } from '../../../src/config/data-dir.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';

type Reply = { readonly status?: number; readonly body: string; readonly headers?: Record<string, string> };

/** An upstream whose every answer is the same, and that remembers what it was asked. */
const startModels = async (reply: Reply): Promise<{ url: string; asked: IncomingMessage[] }> => {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    asked.push(request);
    response.writeHead(reply.status ?? 200, { 'content-type': 'application/json', ...reply.headers });
    response.end(reply.body);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}/v1`, asked };
};

const OPENAI_LIST = '{"object":"list","data":[{"id":"gpt-test","object":"model"}]}';
const CATALOG = '{"models": [{"slug":"gpt-test"}]}';

describe('GET models', () => {
  it('is the list of the upstream, byte for byte, for who does not say to be Codex', async () => {
    const upstream = await startModels({ body: OPENAI_LIST });
    const gateway = await composeGateway(upstream.url);
    const response = await fetch(`${gateway.v1}/models?limit=5`);
    expect(await response.text()).toBe(OPENAI_LIST);
    expect(upstream.asked.map(({ url }) => url)).toEqual(['/v1/models?limit=5']);
  });

  it('is the catalog of the upstream for Codex, with its ETag, where it speaks that form', async () => {
    const upstream = await startModels({ body: CATALOG, headers: { etag: '"its-own"' } });
    const gateway = await composeGateway(upstream.url);
    const response = await fetch(`${gateway.v1}/models?client_version=0.169.0`);
    expect(await response.text()).toBe(CATALOG);
    expect(response.headers.get('etag')).toBe('"its-own"');
    expect(upstream.asked[0]?.url).toBe('/v1/models?client_version=0.169.0');
  });

  it('is the saved catalog for Codex where the upstream has only a list, and a 304 for who has it', async () => {
    const upstream = await startModels({ body: OPENAI_LIST });
    const gateway = await composeGateway(upstream.url);
    await writeFile(catalogFileOf(gateway.dataDir), CATALOG);
    const url = `${gateway.v1}/models?client_version=0.169.0`;
    const response = await fetch(url);
    expect(await response.text()).toBe(CATALOG);
    const etag = response.headers.get('etag') ?? '';
    expect(etag).toMatch(/^".+"$/);
    const again = await fetch(url, { headers: { 'if-none-match': `W/"x", ${etag}` } });
    expect(again.status).toBe(304);
    expect((await gateway.records()).map(({ status, response: { finish } }) => [status, finish])).toEqual([
      [200, 'completed'],
      [304, 'completed'],
    ]);
  });

  it.each([
    ['has only a list', { body: OPENAI_LIST }],
    ['refuses', { status: 401, body: '{"error":{}}' }],
    ['answers with no JSON', { body: '<html>' }],
  ])(
    'is an empty catalog for Codex, which keeps its own, where the upstream %s and none is saved',
    async (_name, reply) => {
      const gateway = await composeGateway((await startModels(reply)).url);
      const response = await fetch(`${gateway.v1}/models?client_version=0.169.0`);
      expect(response.status).toBe(200);
      expect(await response.json()).toEqual({ models: [] });
    },
  );

  it('needs no upstream for Codex to be answered', async () => {
    const gateway = await composeGateway('http://no-such-host.invalid/v1');
    const response = await fetch(`${gateway.v1}/models?client_version=0.169.0`);
    expect(await response.json()).toEqual({ models: [] });
  });
});

describe('the responses route itself', () => {
  it.each(['GET', 'HEAD'])('answers %s with what it takes, and bothers no upstream', async (method) => {
    const upstream = await startModels({ body: '{}' });
    const gateway = await composeGateway(upstream.url);
    const response = await fetch(`${gateway.v1}/responses`, { method });
    expect(response.status).toBe(405);
    expect(response.headers.get('allow')).toBe('POST');
    expect(upstream.asked).toEqual([]);
  });
});

describe('compaction', () => {
  it('that the upstream does not offer is told with what to do', async () => {
    const upstream = await startModels({ status: 404, body: '{"error":{"message":"not found"}}' });
    const gateway = await composeGateway(upstream.url);
    const response = await fetch(`${gateway.v1}/responses/compact`, {
      method: 'POST',
      headers: { 'content-type': 'application/json' },
      body: '{"model":"gpt-test","input":[]}',
    });
    expect(response.status).toBe(404);
    expect(await response.json()).toMatchObject({
      error: {
        code: 'compaction_not_supported',
        message: expect.stringMatching(/cannot compact.*init-codex/),
      },
    });
    expect(await gateway.records()).toMatchObject([{ status: 404, error: { origin: 'upstream' } }]);
  });

  it('passes on what the upstream answers', async () => {
    const body = '{"output":[{"type":"compaction","encrypted_content":"x"}]}';
    const gateway = await composeGateway((await startModels({ body })).url);
    const response = await fetch(`${gateway.v1}/responses/compact`, { method: 'POST', body: '{}' });
    expect(await response.text()).toBe(body);
  });
});
