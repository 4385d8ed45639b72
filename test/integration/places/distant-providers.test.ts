import { once } from 'node:events';
import { createServer } from 'node:http';
import { type AddressInfo, connect } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { createAgent } from '../../../src/forward/send/create-agent.ts';
import { requestProvider } from '../../../src/providers/lists/provider-request.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { resolveName } from '../../support/places/resolve-name.ts';
import { startSlowAddress } from '../../support/places/slow-address.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

/** As a system sorts them whose line has IPv4 alone: the address that nobody reaches comes last. */
const addresses = [
  { address: '127.0.0.1', family: 4 },
  { address: '2001:db8::1', family: 6 },
];
const STALL_MS = 600;

const turn = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"gpt-test","input":"hi"}',
};

const portOf = (url: string): number => Number(new URL(url).port);

const startDistantUpstream = async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  resolveName('distant.test', addresses);
  return { upstream, slow: await startSlowAddress(portOf(upstream.url)) };
};

describe('a provider whose connection takes longer than a second, beside an address that nobody reaches', () => {
  it('is reached by a request', async () => {
    const { slow } = await startDistantUpstream();
    const gateway = await composeGateway(`http://distant.test:${slow.port}/v1`);
    await slow.stall(STALL_MS);
    const response = await fetch(`${gateway.v1}/responses`, turn);
    expect(response.status, await response.text()).toBe(200);
  });

  it('is reached by the probe and the list of models', async () => {
    const { slow } = await startDistantUpstream();
    const baseUrl = new URL(`http://distant.test:${slow.port}/v1`);
    const agent = createAgent(baseUrl, {});
    onTestFinished(() => agent.destroy());
    await slow.stall(STALL_MS);
    const upstream = {
      ...{ name: 'distant', baseUrl, credential: undefined, keyVariable: 'KEY', headers: {} },
      native: [],
    };
    const signal = AbortSignal.timeout(10_000);
    const answer = await requestProvider(upstream, { method: 'GET', path: '/models' }, { agent, signal });
    expect(answer.status).toBe(200);
  });

  it('is reached by a WebSocket', async () => {
    const upstream = await startWebSocketUpstream(() => ({ kind: 'silence' }));
    onTestFinished(() => upstream.close());
    resolveName('distant.test', addresses);
    const slow = await startSlowAddress(portOf(upstream.url));
    const gateway = await composeGateway(`http://distant.test:${slow.port}/v1`, {
      env: { WEBSOCKETS: 'relay' },
    });
    await slow.stall(STALL_MS);
    const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
    onTestFinished(() => client.ws.terminate());
    expect(upstream.connections).toHaveLength(1);
  });

  it.each(['http', 'https'])('is reached by %s through a proxy as far away', async (scheme) => {
    const proxy = createServer((_request, response) => void response.writeHead(418).end());
    proxy.on('connect', (_request, socket) => void socket.end('HTTP/1.1 418 Seen\r\n\r\n'));
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => void proxy.close());
    resolveName('distant.test', addresses);
    const slow = await startSlowAddress((proxy.address() as AddressInfo).port);
    const gateway = await composeGateway(`${scheme}://provider.test/v1`, {
      env: { ALL_PROXY: `distant.test:${slow.port}` },
    });
    await slow.stall(STALL_MS);
    const response = await fetch(`${gateway.v1}/responses`, turn);
    expect(`${response.status} ${await response.text()}`).toMatch(/418/);
  });
});

it('a connection that nobody accepts ends by the limit of the gateway', async () => {
  const { slow } = await startDistantUpstream();
  const gateway = await composeGateway(`http://distant.test:${slow.port}/v1`, {
    timeouts: { connectMs: 1_500 },
  });
  await slow.stall(20_000);
  const probe = connect(slow.port, '127.0.0.1').on('error', () => {});
  onTestFinished(() => void probe.destroy());
  const response = await fetch(`${gateway.v1}/responses`, turn);
  expect(response.status).toBe(504);
  expect(await response.text()).toMatch(/within 1\.5 s/);
});
