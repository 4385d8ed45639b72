import { once } from 'node:events';
import https from 'node:https';
import { describe, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import { FRONTS } from '../../support/front/start-front.ts';
import { composeGateway, MASTER_KEY } from '../../support/gateway/compose-gateway.ts';
import { createAuthority } from '../../support/tls/create-authority.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startHeldUpstream } from '../../support/upstream/start-held-upstream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const authority = createAuthority();
const pair = authority.issue('DNS:gw.corp');

const HEADERS = { authorization: `Bearer ${MASTER_KEY}`, 'content-type': 'application/json' };

const send = (port: number, path: string, body: object, headers: Record<string, string> = {}) => {
  const request = https.request({
    ...{ host: '127.0.0.1', port, path, method: 'POST', ca: authority.pem, servername: 'gw.corp' },
    headers: { host: 'gw.corp', ...HEADERS, ...headers },
    agent: false,
  });
  request.end(JSON.stringify(body));
  return once(request, 'response');
};

const ASK = { model: 'gpt-test', input: 'x', stream: true };

describe.each(FRONTS)('behind $name', ({ without, start }) => {
  it.skipIf(without)('streams as it is documented, event by event', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await composeGateway(upstream.url, {
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: '127.0.0.1' },
    });
    const port = await start(gateway.port, pair);
    const [response] = await send(port, '/v1/responses', ASK);
    // It has not ended yet, and its beginning is here.
    const [first] = await once(response, 'data');
    expect(String(first)).toContain('response.created');
    expect(upstream.held).toBe(1);
    upstream.letGo();
    let rest = '';
    for await (const chunk of response) rest += chunk;
    expect(rest).toContain('response.completed');
  });

  it.skipIf(without)('passes WebSocket on as it is documented', async () => {
    const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
    onTestFinished(() => upstream.close());
    const gateway = await composeGateway(upstream.url, {
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: '127.0.0.1', WEBSOCKETS: 'bridge' },
    });
    const port = await start(gateway.port, pair);
    const ws = new WebSocket(`wss://127.0.0.1:${port}/v1/responses`, {
      ...{ ca: authority.pem, servername: 'gw.corp', checkServerIdentity: () => undefined },
      headers: { ...HEADERS, host: 'gw.corp' },
    });
    await once(ws, 'open');
    const told: string[] = [];
    ws.on('message', (data) => told.push(String(data)));
    ws.send(JSON.stringify({ type: 'response.create', model: 'gpt-test', input: [] }));
    while (!told.some((text) => text.includes('response.completed'))) await once(ws, 'message');
    ws.close();
  });

  it.skipIf(without)('records where a client is, and tells no provider', async () => {
    const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
    onTestFinished(() => upstream.close());
    const gateway = await composeGateway(upstream.url, {
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: '127.0.0.0/8' },
    });
    const port = await start(gateway.port, pair, true);
    // As if it were asked by another proxy, which had seen this client.
    const [response] = await send(port, '/v1/responses', ASK, {
      'x-forwarded-for': '10.66.6.6, 203.0.113.7',
      'x-forwarded-host': 'evil.example',
    });
    response.resume();
    await once(response, 'end');
    expect((await gateway.records()).map(({ clientAddress }) => clientAddress)).toEqual(['203.0.113.7']);
    const { headers } = await upstream.request(0);
    expect(Object.keys(headers).filter((name) => /forwarded|real-ip/.test(name))).toEqual([]);
    expect(JSON.stringify(headers)).not.toContain('203.0.113.7');
  });

  it.skipIf(without)('logs into the page with a cookie that never leaves https', async () => {
    const upstream = await startHeldUpstream();
    const gateway = await composeGateway(upstream.url, {
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: '127.0.0.1' },
    });
    const port = await start(gateway.port, pair);
    const login = async (origin: string): Promise<{ status: number; cookie: string }> => {
      const [response] = await send(
        port,
        '/admin/api/v1/session',
        { key: MASTER_KEY },
        { origin, 'sec-fetch-site': 'same-origin' },
      );
      response.resume();
      return { status: response.statusCode, cookie: String(response.headers['set-cookie']) };
    };
    expect(await login('https://gw.corp')).toMatchObject({
      status: 204,
      cookie: expect.stringContaining('; Secure'),
    });
    expect(await login('https://evil.example')).toMatchObject({ status: 403 });
  });
});

it.skipIf(FRONTS[1]?.without)('believes no address that a client of Caddy writes itself', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, {
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: '127.0.0.0/8' },
  });
  const port = (await FRONTS[1]?.start(gateway.port, pair)) ?? 0;
  const [response] = await send(port, '/v1/responses', ASK, { 'x-forwarded-for': '203.0.113.7' });
  response.resume();
  await once(response, 'end');
  expect((await gateway.records()).map(({ clientAddress }) => clientAddress)).toEqual([undefined]);
});

it('believes nobody by default', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const response = await fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: { ...HEADERS, 'x-forwarded-for': '203.0.113.7', 'x-forwarded-proto': 'https' },
    body: JSON.stringify(ASK),
  });
  await response.text();
  expect((await gateway.records()).map(({ clientAddress }) => clientAddress)).toEqual([undefined]);
  const login = await fetch(`http://127.0.0.1:${gateway.port}/admin/api/v1/session`, {
    method: 'POST',
    headers: { ...HEADERS, 'x-forwarded-proto': 'https' },
    body: JSON.stringify({ key: MASTER_KEY }),
  });
  expect(login.headers.get('set-cookie')).not.toContain('Secure');
});

it('slows down who tries keys by where they are, not by the proxy that all have in common', async () => {
  const upstream = await startHeldUpstream();
  const gateway = await composeGateway(upstream.url, {
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, TRUSTED_PROXIES: '127.0.0.1' },
  });
  const tryKey = async (address: string): Promise<string> => {
    const response = await fetch(`${gateway.v1}/models`, {
      headers: { authorization: 'Bearer wrong', 'x-forwarded-for': address },
    });
    return ((await response.json()) as { error: { code: string } }).error.code;
  };
  for (let count = 0; count < 5; count++) expect(await tryKey('203.0.113.7')).toBe('invalid_api_key');
  // What it writes in front changes nothing.
  expect(await tryKey('198.51.100.1, 203.0.113.7')).toBe('too_many_attempts');
  expect(await tryKey('203.0.113.8')).toBe('invalid_api_key');
});
