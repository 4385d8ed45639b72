import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import type { ChatUpstream } from '../chat-upstream.ts';

/** Ollama as `codex --oss` meets it: its own API at the root, and chat completions below `/v1`. */
export interface OllamaDouble {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** What was asked of its own API: method and path, and a body where there is one. */
  readonly asked: readonly string[];
  close(): Promise<void>;
}

/** @param models that it has; @param chat answers what is asked below `/v1` */
export const startOllama = async (
  models: readonly string[],
  chat: Pick<ChatUpstream, 'url'>,
): Promise<OllamaDouble> => {
  const asked: string[] = [];
  const server = createServer(async (request, response) => {
    const { method = '', url = '' } = request;
    const body = await text(request);
    const answer = (status: number, type: string, content: string): void => {
      response.writeHead(status, { 'content-type': type }).end(content);
    };
    if (url.startsWith('/v1/chat/')) {
      // It asks for no key; the double behind it does.
      const headers = { 'content-type': 'application/json', authorization: 'Bearer of-nobody' };
      const sent = { method, body, headers };
      const from = await fetch(new URL(url, chat.url), sent);
      answer(from.status, from.headers.get('content-type') ?? '', await from.text());
      return;
    }
    if (url === '/v1/models') {
      const data = models.map((id) => ({ id, object: 'model', created: 1, owned_by: 'library' }));
      answer(200, 'application/json', JSON.stringify({ object: 'list', data }));
      return;
    }
    asked.push(`${method} ${url}${body}`);
    if (url === '/api/version') answer(200, 'application/json', '{"version":"0.13.5"}');
    else if (url === '/api/tags') {
      answer(
        200,
        'application/json',
        JSON.stringify({ models: models.map((name) => ({ name, model: name })) }),
      );
    } else if (url === '/api/pull') {
      answer(200, 'application/x-ndjson', '{"status":"pulling manifest"}\n{"status":"success"}\n');
    } else answer(404, 'text/plain', '404 page not found');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;
  return {
    url: `http://127.0.0.1:${port}/v1`,
    asked,
    close: async () => {
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
