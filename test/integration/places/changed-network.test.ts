import { once } from 'node:events';
import { createServer, get } from 'node:http';
import { type AddressInfo, connect, createServer as createTcpServer, type Socket } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createAgent } from '../../../src/forward/send/create-agent.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { loseAddress, ownOuterAddress } from '../../support/places/change-network.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const outer = ownOuterAddress();

/** A server on all addresses that counts its connections. */
const startCounter = async () => {
  const connections: Socket[] = [];
  const server = createServer((_request, response) => void response.end('ok'));
  server.on('connection', (socket) => connections.push(socket));
  server.listen(0, '0.0.0.0');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  return { connections, port: (server.address() as AddressInfo).port };
};

const createAsk = (url: URL, env: { http?: string } = {}) => {
  const agent = createAgent(url, env);
  onTestFinished(() => agent.destroy());
  return async (): Promise<void> => {
    const [response] = await once(get(url, { agent }), 'response');
    for await (const _chunk of response);
    await new Promise((resolve) => setImmediate(resolve));
  };
};

describe.runIf(outer !== undefined)(
  'a kept connection whose address is no longer of this machine (P4)',
  () => {
    it('is not used again, and one whose address still is, is', async () => {
      const { connections, port } = await startCounter();
      const ask = createAsk(new URL(`http://${outer}:${port}/`));
      await ask();
      await ask();
      expect(connections).toHaveLength(1);
      loseAddress(outer ?? '');
      await ask();
      expect(connections).toHaveLength(2);
    });

    it('is not used again through a proxy either', async () => {
      const { connections, port } = await startCounter();
      const ask = createAsk(new URL('http://provider.test/'), { http: `http://${outer}:${port}` });
      await ask();
      await ask();
      expect(connections).toHaveLength(1);
      loseAddress(outer ?? '');
      await ask();
      expect(connections).toHaveLength(2);
    });

    it('makes Codex open another WebSocket, before its turn is lost', async () => {
      const upstream = await startWebSocketUpstream(() => ({ kind: 'silence' }));
      onTestFinished(() => upstream.close());
      const relay = createTcpServer((from) => {
        const to = connect(Number(new URL(upstream.url).port), '127.0.0.1');
        from.on('error', () => to.destroy()).pipe(to);
        to.on('error', () => from.destroy()).pipe(from);
      });
      relay.listen(0, '0.0.0.0');
      await once(relay, 'listening');
      onTestFinished(() => void relay.close());
      const { port } = relay.address() as AddressInfo;
      const gateway = await composeGateway(`http://${outer}:${port}/v1`, { env: { WEBSOCKETS: 'relay' } });
      const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
      loseAddress(outer ?? '');
      client.send({ type: 'response.create', model: 'gpt-test', input: [] });
      const told = await client.until(({ type }) => type === 'error');
      expect(told).toMatchObject({ error: { code: 'websocket_connection_limit_reached' } });
      expect((await client.closed).code).toBe(1011);
      expect(upstream.frames).toHaveLength(0);
    });
  },
);

describe('kept connections after the machine slept (P4)', () => {
  it('are not used again, and without sleep they are', async () => {
    const { connections, port } = await startCounter();
    const ask = createAsk(new URL(`http://127.0.0.1:${port}/`));
    await ask();
    await ask();
    expect(connections).toHaveLength(1);
    const wokenAt = Date.now() + 30_000;
    const clock = vi.spyOn(Date, 'now').mockReturnValue(wokenAt);
    onTestFinished(() => clock.mockRestore());
    await ask();
    expect(connections).toHaveLength(2);
    // The new one was made after the sleep.
    await ask();
    expect(connections).toHaveLength(2);
  });
});
