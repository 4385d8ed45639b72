import { once } from 'node:events';
import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text } from 'node:stream/consumers';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket, WebSocketServer } from 'ws';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';

const signedIn = (account: string, token: string) => ({
  'chatgpt-account-id': account,
  authorization: `Bearer eyJ.${token}.signature`,
  'openai-beta': 'responses_websockets=2026-02-06',
});
const BODY = '{"error":{"code":"token_expired","message":"Your token has expired."}}';

/** An upstream that answers the upgrades of one account as it is told, and agrees to all others. */
const startStrictUpstream = async (status: number) => {
  const upgrades: (string | undefined)[] = [];
  const sockets = new WebSocketServer({ noServer: true });
  const server = createServer((_request, response) => response.writeHead(500).end()).listen(0, '127.0.0.1');
  server.on('upgrade', (request, socket, head) => {
    upgrades.push(request.headers.authorization);
    if (!request.headers.authorization?.includes('expired')) {
      sockets.handleUpgrade(request, socket, head, (ws) => {
        ws.on('message', () => {
          for (const event of responsesStream([{ text: 'ok' }])) ws.send(JSON.stringify(event));
        });
      });
      return;
    }
    const lines = [
      'content-type: application/json',
      `content-length: ${BODY.length}`,
      'retry-after: 7',
      'x-request-id: req_upstream',
      'x-codex-primary-used-percent: 12',
      'x-gomodel-forged: 1',
      'connection: close',
    ];
    socket.end(`HTTP/1.1 ${status} Refused\r\n${lines.join('\r\n')}\r\n\r\n${BODY}`);
  });
  await once(server, 'listening');
  onTestFinished(() => {
    for (const client of sockets.clients) client.terminate();
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`, upgrades };
};

const upgrade = async (v1: string, headers: Record<string, string>) => {
  const ws = new WebSocket(`${v1.replace('http', 'ws')}/responses`, { headers });
  onTestFinished(() => ws.terminate());
  ws.on('error', () => {});
  const refusal = once(ws, 'unexpected-response').then(async ([, response]) => {
    const { statusCode: status, headers: said } = response as IncomingMessage;
    return { status, headers: said, body: await text(response as IncomingMessage) };
  });
  return Promise.race([refusal, once(ws, 'open').then(() => 'open' as const)]);
};

describe('N2: an upgrade whose sign-in the upstream refuses', () => {
  it.each(['auto', 'relay'])('gets the upstream’s own answer, and a record (%s)', async (WEBSOCKETS) => {
    for (const status of [401, 403, 429]) {
      const upstream = await startStrictUpstream(status);
      const gateway = await composeGateway(upstream.url, {
        env: { CHATGPT_BASE_URL: upstream.url, OPENAI_API_KEY: undefined, WEBSOCKETS },
      });
      const refused = await upgrade(gateway.v1, signedIn('one', 'expired'));
      const [record] = await gateway.records();
      expect(refused).toMatchObject({
        status,
        body: BODY,
        headers: {
          'content-type': 'application/json',
          'retry-after': '7',
          'x-request-id': record?.id,
          'x-upstream-request-id': 'req_upstream',
          'x-codex-primary-used-percent': '12',
          'x-gomodel-error-origin': 'upstream',
        },
      });
      expect(record).toMatchObject({
        status,
        transport: 'websocket',
        provider: 'chatgpt',
        auth: 'chatgpt',
        upstreamRequestId: 'req_upstream',
        response: { finish: 'failed', bytes: BODY.length },
        error: { origin: 'upstream', message: 'Your token has expired.' },
      });
    }
  });

  it('is asked again at once when the sign-in was renewed, and no other account inherits it', async () => {
    const upstream = await startStrictUpstream(401);
    const gateway = await composeGateway(upstream.url, {
      env: { CHATGPT_BASE_URL: upstream.url, OPENAI_API_KEY: undefined },
    });
    expect(await upgrade(gateway.v1, signedIn('one', 'expired'))).toMatchObject({ status: 401 });
    expect(await upgrade(gateway.v1, signedIn('one', 'renewed'))).toBe('open');
    expect(await upgrade(gateway.v1, signedIn('two', 'other'))).toBe('open');
    expect(await upgrade(gateway.v1, signedIn('one', 'expired'))).toMatchObject({ status: 401 });
    expect(upstream.upgrades).toHaveLength(4);
  });

  it('does not hear of it where the key is the gateway’s own: it is served over HTTP', async () => {
    const upstream = await startStrictUpstream(401);
    const gateway = await composeGateway(upstream.url, { env: { OPENAI_API_KEY: 'sk-expired' } });
    expect(await upgrade(gateway.v1, {})).toBe('open');
  });
});
