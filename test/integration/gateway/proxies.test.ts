import { once } from 'node:events';
import { createServer } from 'node:http';
import { connect } from 'node:net';
import { expect, it, onTestFinished } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { startSocksProxy } from '../../support/places/start-socks-proxy.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

/** A real HTTP proxy that knows one name. */
const startProxy = async (knownHost: string, leadsTo: URL): Promise<{ url: string; asked: string[] }> => {
  const asked: string[] = [];
  const server = createServer((request, response) => {
    asked.push(`${request.method} ${request.url}`);
    const url = new URL(request.url ?? '');
    if (url.hostname !== knownHost) {
      response.writeHead(502).end();
      return;
    }
    const target = connect({ host: leadsTo.hostname, port: Number(leadsTo.port) }, () => {
      const lines = request.rawHeaders
        .map((text, index) => (index % 2 ? `${text}\r\n` : `${text}: `))
        .join('');
      target.write(`${request.method} ${url.pathname} HTTP/1.1\r\n${lines}\r\n`);
      request.pipe(target);
      if (response.socket) target.pipe(response.socket);
    });
  });
  server.on('connect', (request, socket) => {
    asked.push(`CONNECT ${request.url}`);
    socket.end('HTTP/1.1 403 Forbidden\r\n\r\n');
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return { url: `http://127.0.0.1:${address.port}`, asked };
};

const turn = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"gpt-test"}',
};

it('reaches an http upstream through HTTP_PROXY, body and all', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const proxy = await startProxy('upstream.test', new URL(upstream.url));
  const gateway = await composeGateway('http://upstream.test/v1', { env: { HTTP_PROXY: proxy.url } });
  const response = await fetch(`${gateway.v1}/responses`, turn);
  expect(response.status).toBe(200);
  expect(proxy.asked).toEqual(['POST http://upstream.test/v1/responses']);
  expect((await upstream.request(0)).body.toString()).toBe(turn.body);
});

it('asks HTTPS_PROXY for a tunnel to an https upstream, and says who refused it', async () => {
  const proxy = await startProxy('upstream.test', new URL('http://127.0.0.1:1'));
  const gateway = await composeGateway('https://upstream.test/v1', { env: { https_proxy: proxy.url } });
  const response = await fetch(`${gateway.v1}/responses`, turn);
  expect(proxy.asked).toEqual(['CONNECT upstream.test:443']);
  expect(response.status).toBe(502);
  expect(response.headers.get('x-gomodel-error-origin')).toBe('network');
  expect(await response.text()).toMatch(/\(HTTPS_PROXY\) answered 403 instead of a tunnel to upstream\.test/);
});

it('goes past the proxy where NO_PROXY says so', async () => {
  const proxy = await startProxy('upstream.test', new URL('http://127.0.0.1:1'));
  const gateway = await composeGateway('http://no-such-host.invalid/v1', {
    env: { HTTP_PROXY: proxy.url, NO_PROXY: '.invalid' },
  });
  expect((await fetch(`${gateway.v1}/responses`, turn)).status).toBe(502);
  expect(proxy.asked).toEqual([]);
});

it('takes a proxy without a scheme for an http one (K6)', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const proxy = await startProxy('upstream.test', new URL(upstream.url));
  const env = { HTTP_PROXY: proxy.url.replace('http://', '') };
  const gateway = await composeGateway('http://upstream.test/v1', { env });
  expect((await fetch(`${gateway.v1}/responses`, turn)).status).toBe(200);
  expect(proxy.asked).toEqual(['POST http://upstream.test/v1/responses']);
});

it('names an HTTP_PROXY that does not run, and not the provider behind it', async () => {
  const gateway = await composeGateway('http://upstream.test/v1', { env: { HTTP_PROXY: '127.0.0.1:1' } });
  const response = await fetch(`${gateway.v1}/responses`, turn);
  expect(response.status).toBe(502);
  expect(await response.text()).toMatch(/the proxy at 127\.0\.0\.1:1 \(HTTP_PROXY\) did not accept/);
});

it('goes through a SOCKS proxy, which looks up the name', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const proxy = await startSocksProxy(Number(new URL(upstream.url).port));
  const env = { ALL_PROXY: `socks5h://${proxy.address}` };
  const gateway = await composeGateway('http://upstream.test:81/v1', { env });
  for (const _turn of [1, 2]) expect((await fetch(`${gateway.v1}/responses`, turn)).status).toBe(200);
  expect(proxy.asked).toEqual(['upstream.test:81']);
  expect((await upstream.request(1)).body.toString()).toBe(turn.body);
});

it('names a SOCKS proxy that leads nowhere', async () => {
  const proxy = await startSocksProxy(0);
  const gateway = await composeGateway('https://upstream.test/v1', {
    env: { all_proxy: `socks5h://${proxy.address}` },
  });
  const response = await fetch(`${gateway.v1}/responses`, turn);
  expect(response.status).toBe(502);
  expect(await response.text()).toMatch(/the SOCKS proxy at 127\.0\.0\.1:\d+ did not lead to upstream\.test/);
});

it('reaches a provider through its own proxy, past NO_PROXY, and the others as the environment says', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const own = await startProxy('upstream.test', new URL(upstream.url));
  const common = await startProxy('nobody.test', new URL(upstream.url));
  const gateway = await composeGateway('http://upstream.test/v1', {
    env: { HTTP_PROXY: common.url, NO_PROXY: 'upstream.test', OPENAI_PROXY_URL: own.url },
  });
  expect((await fetch(`${gateway.v1}/responses`, turn)).status).toBe(200);
  expect(own.asked).toEqual(['POST http://upstream.test/v1/responses']);
  expect(common.asked).toEqual([]);
});

it('asks no proxy for a provider whose own one is `direct`', async () => {
  const common = await startProxy('upstream.test', new URL('http://127.0.0.1:1'));
  const gateway = await composeGateway('http://no-such-host.invalid/v1', {
    env: { HTTP_PROXY: common.url, OPENAI_PROXY_URL: 'direct' },
  });
  expect((await fetch(`${gateway.v1}/responses`, turn)).status).toBe(502);
  expect(common.asked).toEqual([]);
});

it('names the variable of a provider whose own proxy does not run', async () => {
  const gateway = await composeGateway('https://upstream.test/v1', {
    env: { OPENAI_PROXY_URL: 'http://127.0.0.1:1' },
  });
  const response = await fetch(`${gateway.v1}/responses`, turn);
  expect(response.status).toBe(502);
  expect(await response.text()).toMatch(
    /\(OPENAI_PROXY_URL\) gave no tunnel.*set OPENAI_PROXY_URL to direct/,
  );
});
