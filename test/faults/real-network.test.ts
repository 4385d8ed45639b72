import { once } from 'node:events';
import { createServer, request as httpRequest } from 'node:http';
import type { AddressInfo } from 'node:net';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { createNetwork, FAR, NEAR, type Network, whyNoNetworks } from '../support/places/network.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Script } from '../support/upstream/script.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../support/websocket/connect-client.ts';

// The gateway looks a few times before it gives a connection up, and each start takes its time, too.
vi.setConfig({ testTimeout: 120_000 });

const OTHER_NEAR = '10.77.0.9';
const OTHER_FAR = '10.77.0.8';

const ANSWER = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;

const turn = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"gpt-test","stream":true,"input":"hi"}',
};

const ask = async (v1: string): Promise<string> => {
  const response = await fetch(`${v1}/responses`, turn);
  return `${response.status} ${await response.text()}`;
};

/** A gateway on the near side whose provider is on the far one. */
const startScene = async (script: Script = ANSWER, env: Readonly<Record<string, string>> = {}) => {
  const network = await createNetwork();
  const upstream = await startUpstream(script);
  onTestFinished(() => upstream.close());
  const { port } = await network.expose(Number(new URL(upstream.url).port));
  const gateway = await network.startGateway({
    OPENAI_BASE_URL: `http://${FAR}:${port}/v1`,
    OPENAI_API_KEY: 'sk-test',
    ...env,
  });
  return { network, upstream, port, ...gateway };
};

/** Moves the near side to another address, as another Wi-Fi does: nobody is told. */
const changeAddress = (network: Network): void => {
  network.near('ip', 'address', 'del', `${NEAR}/24`, 'dev', 'near');
  network.near('ip', 'address', 'add', `${OTHER_NEAR}/24`, 'dev', 'near');
};

const why = whyNoNetworks();
const place = why === undefined ? 'over a network of its own' : `this machine makes no networks: ${why}`;

// Where it is skipped, distant-providers.test.ts and changed-network.test.ts imitate some of it.
describe.skipIf(why !== undefined)(place, () => {
  it.each([300, 450])('a provider %d ms away is reached beside an address that is not (P1)', async (ms) => {
    const network = await createNetwork();
    const upstream = await startUpstream(ANSWER);
    onTestFinished(() => upstream.close());
    const { port } = await network.expose(Number(new URL(upstream.url).port));
    network.setNames(`${FAR} distant.test`, '2001:db8::1 distant.test');
    const { v1 } = await network.startGateway({
      OPENAI_BASE_URL: `http://distant.test:${port}/v1`,
      OPENAI_API_KEY: 'sk-test',
    });
    // The far side answers nobody who asks for its hardware address: a first packet waits for it.
    const [mac = ''] = /(?<=link\/ether )\S+/.exec(network.far('ip', 'link', 'show', 'far')) ?? [];
    network.far('ip', 'link', 'set', 'far', 'arp', 'off');
    network.near('ip', 'neighbour', 'flush', 'dev', 'near');
    const [nearMac = ''] = /(?<=link\/ether )\S+/.exec(network.near('ip', 'link', 'show', 'near')) ?? [];
    network.far('ip', 'neighbour', 'replace', NEAR, 'lladdr', nearMac, 'dev', 'far', 'nud', 'permanent');
    const answered = ask(v1);
    await vi.waitUntil(() => network.near('ip', 'neighbour').includes(`${FAR} dev near INCOMPLETE`), {
      timeout: 20_000,
      interval: 10,
    });
    await new Promise((resolve) => setTimeout(resolve, ms));
    network.near('ip', 'neighbour', 'replace', FAR, 'lladdr', mac, 'dev', 'near', 'nud', 'permanent');
    expect(await answered).toMatch(/^200 .*response\.completed/s);
    expect(upstream.requests).toHaveLength(1);
  });

  it('a kept connection whose address is gone is not used for the next request (P4)', async () => {
    const { network, v1, upstream } = await startScene();
    expect(await ask(v1)).toMatch(/^200/);
    expect(await ask(v1)).toMatch(/^200/);
    changeAddress(network);
    expect(await ask(v1)).toMatch(/^200/);
    expect(upstream.requests).toHaveLength(3);
  });

  it('a request that waits for its answer when the address goes is refused with the reason', async () => {
    const { network, v1, upstream } = await startScene([{ kind: 'hang' }, ANSWER]);
    const answered = ask(v1);
    await upstream.request(0);
    changeAddress(network);
    expect(await answered).toMatch(/^502 .*the network of this machine has changed: 10\.77\.0\.1/s);
    expect(await ask(v1)).toMatch(/^200/);
  });

  it('an answer that runs when the address goes ends with the reason, and so says the log', async () => {
    const { network, v1, cli } = await startScene([{ ...ANSWER, eventLimit: 3, finally: 'hang' }, ANSWER]);
    const response = await fetch(`${v1}/responses`, turn);
    let text = '';
    for await (const chunk of response.body ?? []) {
      if (text === '') changeAddress(network);
      text += Buffer.from(chunk).toString();
    }
    expect(text).toMatch(
      /response\.created.*upstream_stream_truncated.*the network of this machine has changed/s,
    );
    expect(await ask(v1)).toMatch(/^200/);
    const records = await cli.until((printed) => printed.split('\n').length > 2);
    expect(JSON.parse(records.split('\n')[0] ?? '')).toMatchObject({
      response: { finish: 'truncated' },
      error: { message: expect.stringContaining('the network of this machine has changed') },
    });
  });

  it('a WebSocket whose address goes in mid-turn is closed, and the next one is opened', async () => {
    const network = await createNetwork();
    const upstream = await startWebSocketUpstream(() => ({ kind: 'silence' }));
    onTestFinished(() => upstream.close());
    const { port } = await network.expose(Number(new URL(upstream.url).port));
    const { v1, cli } = await network.startGateway({
      OPENAI_BASE_URL: `http://${FAR}:${port}/v1`,
      OPENAI_API_KEY: 'sk-test',
      WEBSOCKETS: 'relay',
    });
    const client = await connectClient(v1, { headers: CODEX_HEADERS });
    client.send({ type: 'response.create', model: 'gpt-test', input: [] });
    await upstream.frame(0);
    changeAddress(network);
    expect((await client.closed).code).toBe(1011);
    const records = await cli.until((text) => text.includes('\n'));
    expect(JSON.parse(records.split('\n')[0] ?? '')).toMatchObject({ response: { finish: 'truncated' } });
    const next = await connectClient(v1, { headers: CODEX_HEADERS });
    onTestFinished(() => next.ws.terminate());
    expect(upstream.connections).toHaveLength(2);
  });

  it.each([
    ['is cut off', ['ip', 'link', 'set', 'far', 'down']],
    ['loses every answer', ['ip', 'route', 'add', 'blackhole', `${NEAR}/32`]],
  ])('a kept connection whose other end %s answers with the reason', async (_how, cut) => {
    const { network, v1 } = await startScene();
    expect(await ask(v1)).toMatch(/^200/);
    network.far(...cut);
    expect(await ask(v1)).toMatch(
      /^502 .*(10\.77\.0\.2:\d+ can no longer be reached|there is no route to 10\.77\.0\.2)/s,
    );
  });

  it('a proxy that goes is named, and is used again when it is back', async () => {
    const upstream = await startUpstream(ANSWER);
    onTestFinished(() => upstream.close());
    const { port } = new URL(upstream.url);
    const proxy = createServer((request, response) => {
      const { method, headers, url = '' } = request;
      const to = { host: '127.0.0.1', port, path: new URL(url).pathname };
      const onward = httpRequest({ ...to, method, headers }, (answer) => {
        response.writeHead(answer.statusCode ?? 502, answer.headers);
        answer.pipe(response);
      });
      request.pipe(onward);
    });
    proxy.listen(0, '127.0.0.1');
    await once(proxy, 'listening');
    onTestFinished(() => {
      proxy.close();
      proxy.closeAllConnections();
    });
    const proxyPort = (proxy.address() as AddressInfo).port;
    const network = await createNetwork();
    const first = await network.expose(proxyPort, 3128);
    const { v1 } = await network.startGateway({
      OPENAI_BASE_URL: `http://provider.test:${port}/v1`,
      OPENAI_API_KEY: 'sk-test',
      HTTP_PROXY: `http://${FAR}:3128`,
      NO_PROXY: '',
    });
    expect(await ask(v1)).toMatch(/^200/);
    await first.stop();
    // The first request afterwards may be the one that finds the kept connection closed.
    await expect.poll(() => ask(v1)).toMatch(/^502 .*the proxy at 10\.77\.0\.2:3128 \(HTTP_PROXY\)/s);
    await network.expose(proxyPort, 3128);
    await expect.poll(() => ask(v1)).toMatch(/^200/);
    expect(upstream.requests).toHaveLength(2);
  });

  it('a cable that is pulled refuses with the reason, and is of no consequence when it is back', async () => {
    const { network, v1 } = await startScene();
    expect(await ask(v1)).toMatch(/^200/);
    network.near('ip', 'link', 'set', 'near', 'down');
    expect(await ask(v1)).toMatch(/^50[24] .*(no route|could not be reached|accept a connection)/s);
    network.near('ip', 'link', 'set', 'near', 'up');
    await vi.waitUntil(async () => (await ask(v1)).startsWith('200'), { timeout: 20_000, interval: 200 });
  });

  it('a name that moves to another address is followed, and one that is gone is said', async () => {
    const network = await createNetwork();
    const [first, second] = await Promise.all([startUpstream(ANSWER), startUpstream(ANSWER)]);
    onTestFinished(async () => void (await Promise.all([first.close(), second.close()])));
    const old = await network.expose(Number(new URL(first.url).port), 8443);
    network.setNames(`${FAR} moving.test`);
    const { v1 } = await network.startGateway({
      OPENAI_BASE_URL: 'http://moving.test:8443/v1',
      OPENAI_API_KEY: 'sk-test',
    });
    expect(await ask(v1)).toMatch(/^200/);
    await old.stop();
    network.setNames('127.0.0.1 localhost');
    // The first request afterwards may be the one that finds the kept connection closed.
    await expect.poll(() => ask(v1)).toMatch(/^502 .*the name moving\.test:8443 could not be resolved/s);
    network.far('ip', 'address', 'del', `${FAR}/24`, 'dev', 'far');
    network.far('ip', 'address', 'add', `${OTHER_FAR}/24`, 'dev', 'far');
    await network.expose(Number(new URL(second.url).port), 8443);
    network.setNames(`${OTHER_FAR} moving.test`);
    expect(await ask(v1)).toMatch(/^200/);
    expect([first.requests.length, second.requests.length]).toEqual([1, 1]);
  });
});
