import { createServer } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished } from 'vitest';
import { NO_FAILOVER } from '../../src/config/providers/failover.ts';
import { compatibleSpec } from '../../src/providers/specs/compatible.ts';
import { providerAt, withProviders } from '../support/gateway/add-providers.ts';
import { askAnew } from '../support/gateway/ask-anew.ts';
import { composeGateway, type GatewayOptions } from '../support/gateway/compose-gateway.ts';
import { connectClient } from '../support/websocket/connect-client.ts';

const SECRET_TARGET = 'https://user:pass@third.example/v9/responses?api_key=sk-secret#there';

/** An upstream that answers everything with one status and some lines, upgrades as well. */
const startStubborn = async (status: number, lines: readonly string[]) => {
  let asked = 0;
  const server = createServer((request, response) => {
    asked++;
    request.resume().on('end', () => response.writeHead(status, [...lines]).end());
  });
  server.on('upgrade', (_request, socket) => {
    asked++;
    const head = lines.map((text, index) => (index % 2 === 0 ? `${text}: ` : `${text}\r\n`)).join('');
    socket.end(`HTTP/1.1 ${status} Found\r\n${head}content-length: 0\r\nconnection: close\r\n\r\n`);
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close().closeAllConnections());
  const { port } = server.address() as AddressInfo;
  return { url: `http://127.0.0.1:${port}/v1`, host: `127.0.0.1:${port}`, asked: () => asked };
};

const ask = (v1: string, path: string, method = 'POST', headers = {}) =>
  askAnew(v1 + path, {
    method,
    headers,
    ...(method === 'POST' && { body: { model: 'gpt-test', stream: true, input: 'hi' } }),
  });

const expectRedirect = (text: string, variable: string): void => {
  const { error } = JSON.parse(text) as { error: { code: string; message: string } };
  expect(error.code).toBe('upstream_redirected');
  expect(error.message).toContain('https://third.example/v9/responses');
  expect(error.message).toContain(`Set ${variable} `);
  expect(text).not.toMatch(/user|pass@|sk-secret|there/);
};

describe('M3 a redirect of a provider', () => {
  it.each([301, 302, 303, 307, 308, 300, 399])('is not passed on: %i', async (status) => {
    const upstream = await startStubborn(status, ['location', SECRET_TARGET]);
    const gateway = await composeGateway(upstream.url);
    for (const [path, method] of [
      ['/responses', 'POST'],
      ['/chat/completions', 'POST'],
      ['/files', 'POST'],
      ['/models', 'GET'],
      ['/models', 'HEAD'],
      ['/models?client_version=0.169.0', 'GET'],
      ['/../p/openai/models', 'GET'],
    ] as const) {
      const answer = await ask(gateway.v1, path, method);
      expect([path, answer.status, answer.headers.location]).toEqual([path, 502, undefined]);
      if (method !== 'HEAD') expectRedirect(answer.text, 'OPENAI_BASE_URL');
    }
    const records = await gateway.records();
    expect(new Set(records.map(({ error }) => error?.code))).toEqual(new Set(['upstream_redirected']));
  });

  it('is not passed on where the request is translated, and asked once', async () => {
    const upstream = await startStubborn(307, ['location', SECRET_TARGET]);
    const failover = { ...NO_FAILOVER, attempts: 3, initialBackoffMs: 1, maxBackoffMs: 1 };
    const provider = providerAt(compatibleSpec, upstream.url, { id: 'east', keyVariable: 'EAST_API_KEY' });
    const gateway = await composeGateway('http://127.0.0.1:9/v1', {
      configure: withProviders([provider], { failover }),
    });
    const answer = await askAnew(`${gateway.v1}/responses`, {
      method: 'POST',
      body: { model: 'east/gpt-test', stream: true, input: 'hi' },
    });
    expect(answer.status).toBe(502);
    expectRedirect(answer.text, 'EAST_BASE_URL');
    expect(upstream.asked()).toBe(1);
  });

  it('without a target says so', async () => {
    for (const lines of [[], ['location', 'http://['], ['location', '']]) {
      const upstream = await startStubborn(302, lines);
      const gateway = await composeGateway(upstream.url);
      const answer = await ask(gateway.v1, '/responses');
      expect(answer.status).toBe(502);
      expect(answer.text).toContain('(302)');
    }
  });

  it('of an upgrade is not followed: its target is named, or the upstream is asked over HTTP', async () => {
    const upstream = await startStubborn(302, ['location', SECRET_TARGET]);
    const relayOnly: GatewayOptions = { env: { WEBSOCKETS: 'relay' } };
    const relaying = await composeGateway(upstream.url, relayOnly);
    await expect(connectClient(relaying.v1)).rejects.toThrow('502');
    expect(await relaying.records()).toMatchObject([
      {
        status: 502,
        error: { code: 'upstream_redirected', message: expect.stringContaining('third.example') },
      },
    ]);
    const bridging = await composeGateway(upstream.url);
    const client = await connectClient(bridging.v1);
    client.send({ type: 'response.create', model: 'gpt-test', input: [], store: false });
    const last = await client.answer();
    expect(JSON.stringify(last)).toContain('https://third.example/v9/responses');
    client.ws.close();
  });

  it('is no redirect where it says that the client’s copy still holds', async () => {
    const upstream = await startStubborn(304, ['etag', '"a"']);
    const gateway = await composeGateway(upstream.url);
    const path = '/models';
    expect((await ask(gateway.v1, path, 'GET', { 'if-none-match': '"a"' })).status).toBe(304);
    expect((await ask(gateway.v1, path, 'GET')).status).toBe(502);
    const catalog = '/models?client_version=0.169.0';
    expect((await ask(gateway.v1, catalog, 'GET', { 'if-none-match': '"a"' })).status).toBe(304);
  });
});

describe('what an upstream says in the name of the gateway', () => {
  const LINES = [
    ...['X-GoModel-Error-Origin', 'gateway', 'x-gomodel-translation', 'forged'],
    ...['Set-Cookie', 'gomodel_session_8080=evil; Path=/', 'Set-Cookie', ' GoModel_Session_1=evil'],
    ...['Set-Cookie', '=gomodel_session_8080=evil', 'Set-Cookie', 'theirs=1', 'set-cookie2', 'a=b'],
    ...['Clear-Site-Data', '"*"', 'Service-Worker-Allowed', '/', 'Strict-Transport-Security', 'max-age=1'],
    ...['Access-Control-Allow-Origin', '*', 'access-control-allow-credentials', 'true'],
    ...['ACCESS-CONTROL-EXPOSE-HEADERS', '*', 'X-Content-Type-Options', 'off'],
    ...['x-ratelimit-remaining', '7', 'openai-model', 'gpt-test', 'X-Codex-Turn-State', 's', 'etag', '"e"'],
  ];
  const KEPT = {
    'x-ratelimit-remaining': '7',
    'openai-model': 'gpt-test',
    'x-codex-turn-state': 's',
    etag: '"e"',
  };

  it('stays there, and everything else passes', async () => {
    const upstream = await startStubborn(200, LINES);
    const gateway = await composeGateway(upstream.url);
    for (const [path, method] of [
      ['/responses', 'POST'],
      ['/models', 'GET'],
    ] as const) {
      const { headers } = await ask(gateway.v1, path, method);
      const names = Object.keys(headers);
      expect(headers).toMatchObject({ ...KEPT, 'x-content-type-options': 'nosniff' });
      expect(headers['set-cookie']).toEqual(['theirs=1']);
      expect(
        names.filter((name) => /^(?:access-|x-gomodel|clear-|service-|strict-|set-cookie2)/.test(name)),
      ).toEqual([]);
    }
  });
});
