import { once } from 'node:events';
import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocketServer } from 'ws';
import { runCodex } from '../support/codex/run-codex.ts';
import { CHATGPT_TOKEN } from '../support/codex/sign-in.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';

/** What is renewed differs in its payload alone: Codex reads the account there. */
const RENEWED_TOKEN = CHATGPT_TOKEN.replace('.signature', '.renewed');

/** An upstream that knows the renewed sign-in alone, and renews it. */
const startUpstream = async () => {
  const seen: string[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const isRenewed = (authorization?: string): boolean => authorization === `Bearer ${RENEWED_TOKEN}`;
  const server = createServer((request, response) => {
    request.resume();
    if (request.url?.endsWith('/oauth/token')) {
      seen.push('renewal');
      response.writeHead(200, { 'content-type': 'application/json' });
      const tokens = { id_token: RENEWED_TOKEN, access_token: RENEWED_TOKEN, refresh_token: 'rt2' };
      response.end(JSON.stringify(tokens));
      return;
    }
    if (request.method === 'POST') seen.push('http');
    response.writeHead(request.method === 'POST' ? 401 : 404, { 'content-type': 'application/json' });
    response.end('{"error":{"code":"token_expired","message":"expired"}}');
  }).listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head) => {
    seen.push(isRenewed(request.headers.authorization) ? 'upgrade' : 'refused');
    if (!isRenewed(request.headers.authorization)) {
      const body = '{"error":{"code":"token_expired","message":"expired"}}';
      const lines = `content-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close`;
      socket.end(`HTTP/1.1 401 Unauthorized\r\n${lines}\r\n\r\n${body}`);
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => {
      let count = 0;
      ws.on('message', (data) => {
        const isWarmUp = JSON.parse(String(data)).generate === false;
        const events = responsesStream(isWarmUp ? [] : [{ text: 'ok' }], { id: `resp_${count++}` });
        for (const event of events) ws.send(JSON.stringify(event));
      });
    });
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, seen };
};

const run = async (version: string, baseUrl: string, upstreamUrl: string) => {
  const outcome = await runCodex({
    version,
    prompt: 'Reply with exactly ok.',
    signIn: 'chatgpt',
    configToml: `openai_base_url = "${baseUrl}"\n`,
    args: ['-m', 'gpt-5.5'],
    env: { CODEX_REFRESH_TOKEN_URL_OVERRIDE: `${upstreamUrl.replace(/\/v1$/, '')}/oauth/token` },
  });
  return outcome;
};

describe.each(['0.169.0', '0.171.0'])('Codex %s with a ChatGPT sign-in that has expired', (version) => {
  it('N2: renews it over WebSocket with as few attempts as without the gateway', async () => {
    const direct = await startUpstream();
    const without = await run(version, direct.url, direct.url);
    expect(without).toMatchObject({ code: 0, stdout: 'ok\n' });

    const upstream = await startUpstream();
    const gateway = await composeGateway(upstream.url, {
      env: { CHATGPT_BASE_URL: upstream.url, OPENAI_API_KEY: undefined },
    });
    const through = await run(version, gateway.v1, upstream.url);
    expect(through).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(through.stderr).not.toContain('Reconnecting');
    expect(upstream.seen).toEqual(direct.seen);
  });
});
