import { once } from 'node:events';
import { createServer, globalAgent, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { afterEach, describe, expect, it } from 'vitest';
import { createFetchList } from '../../../src/providers/lists/fetch-list.ts';
import { configureProvider } from '../../support/providers/configure-provider.ts';

let server: Server | undefined;
afterEach(() => server?.close());

const serve = async (answer: (request: IncomingMessage, response: ServerResponse) => void): Promise<URL> => {
  const started = createServer(answer).listen(0, '127.0.0.1');
  server = started;
  await once(started, 'listening');
  return new URL(`http://127.0.0.1:${(started.address() as AddressInfo).port}/base/v1`);
};

const fetchList = createFetchList(() => globalAgent);

describe('fetchList', () => {
  it('asks as the provider wants to be asked', async () => {
    const asked: IncomingMessage[] = [];
    const baseUrl = await serve((request, response) => {
      asked.push(request);
      response.end('{"data":[{"id":"claude"}]}');
    });
    expect(
      await fetchList(configureProvider('anthropic', { baseUrl, headers: { 'x-team': 'blue' } })),
    ).toEqual([{ id: 'claude' }]);
    expect(asked[0]).toMatchObject({
      url: '/base/v1/models?limit=1000',
      headers: { 'x-api-key': 'k', 'anthropic-version': '2023-06-01', 'x-team': 'blue' },
    });
    expect(asked[0]?.headers.authorization).toBeUndefined();
  });

  it('sends no key where there is none', async () => {
    let authorization: string | undefined = 'not asked';
    const baseUrl = await serve((request, response) => {
      authorization = request.headers.authorization;
      response.end('{"data":[]}');
    });
    await fetchList(configureProvider('ollama', { baseUrl, apiKey: undefined }));
    expect(authorization).toBeUndefined();
  });

  it.each([
    [401, '{"error":{"message":"Invalid API Key"}}', /^127\.0\.0\.1:\d+ answered 401: Invalid API Key$/],
    [403, '{"error":"forbidden"}', /answered 403: forbidden$/],
    [404, '<html>\n no such page</html>', /answered 404: no such page$/],
    [500, '', /answered 500: without a word$/],
    [200, '{"object":"error"}', /did not answer with a list$/],
    [200, 'no JSON', /did not answer with a list$/],
  ])('says what was answered in place of a list: %i %s', async (status, body, message) => {
    const baseUrl = await serve((_request, response) => response.writeHead(status).end(body));
    await expect(fetchList(configureProvider('groq', { baseUrl }))).rejects.toThrow(message);
  });

  it('says that nobody is there', async () => {
    const baseUrl = await serve(() => {});
    await new Promise((resolve) => server?.close(resolve));
    await expect(fetchList(configureProvider('groq', { baseUrl }))).rejects.toMatchObject({
      code: 'upstream_unreachable',
      message: expect.stringMatching(/ECONNREFUSED/),
    });
  });

  it('does not read without end', async () => {
    const baseUrl = await serve((_request, response) => {
      response.on('error', () => {});
      const piece = Buffer.alloc(2 ** 20, ' ');
      const write = (): void => {
        while (!response.destroyed && response.write(piece));
        if (!response.destroyed) response.once('drain', write);
      };
      write();
    });
    await expect(fetchList(configureProvider('groq', { baseUrl }))).rejects.toThrow(/longer than/);
  });
});
