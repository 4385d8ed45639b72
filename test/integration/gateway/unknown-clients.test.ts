import { readdir, readFile } from 'node:fs/promises';
import { request as httpRequest } from 'node:http';
import { join } from 'node:path';
import { text } from 'node:stream/consumers';
import { beforeEach, describe, expect, it } from 'vitest';
import { readExchange } from '../../../src/log/files/read-exchange.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import {
  composeGateway,
  type GatewayOptions,
  MASTER_KEY,
  type RunningGateway,
} from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  return () => upstream.close();
});

const SAYS_WHO = {
  'user-agent': 'codex_exec/0.171.0 (Linux)',
  originator: 'codex_exec',
  'session-id': 'session-of-nobody',
  'thread-id': 'thread-of-nobody',
  'x-codex-turn-metadata': '{"turn_id":"turn-of-nobody"}',
  'x-client-request-id': 'request-of-nobody',
};
const CLIENT = {
  name: 'codex_exec',
  version: '0.171.0',
  originator: 'codex_exec',
  sessionId: 'session-of-nobody',
  threadId: 'thread-of-nobody',
  turnId: 'turn-of-nobody',
};
const UPGRADE = {
  connection: 'Upgrade',
  upgrade: 'websocket',
  'sec-websocket-version': '13',
  'sec-websocket-key': 'dGhlIHNhbXBsZSBub25jZQ==',
};
const GUARDED: GatewayOptions = { env: { GOMODEL_MASTER_KEY: MASTER_KEY } };

interface Sent {
  readonly method?: string;
  readonly path?: string;
  readonly headers?: Readonly<Record<string, string>>;
}

/** @returns the status, once the whole answer was read */
const send = (port: number, { method = 'POST', path = '/v1/responses', headers = {} }: Sent) =>
  new Promise<number>((resolve, reject) => {
    const request = httpRequest({
      host: '127.0.0.1',
      port,
      method,
      path,
      headers: { ...SAYS_WHO, ...headers },
    });
    request.once('error', reject).once('response', (response) => {
      text(response).then(() => resolve(response.statusCode ?? 0), reject);
    });
    request.end();
  });

/** Everything that the gateway has told of its exchanges, as it stood then. */
const listen = (gateway: RunningGateway) => {
  const events: { type: string; record: ExchangeRecord }[] = [];
  gateway.recorder.subscribe(({ type, record }) => events.push({ type, record: structuredClone(record) }));
  return events;
};

const journalOf = async (gateway: RunningGateway): Promise<string> => {
  await gateway.recorder.flush();
  const folder = join(gateway.dataDir, 'audit');
  const files = (await readdir(folder)).filter((name) => name.endsWith('.jsonl'));
  return (await Promise.all(files.map((name) => readFile(join(folder, name), 'utf8')))).join('');
};

const WRONG = { authorization: 'Bearer wrong' };
const RIGHT = { authorization: `Bearer ${MASTER_KEY}` };

describe.each([
  ['HTTP', {}, 'http'],
  ['WebSocket', UPGRADE, 'websocket'],
] as const)('over %s, a client that was not recognised', (_name, transportHeaders, transport) => {
  const method = transport === 'http' ? 'POST' : 'GET';

  it.each([
    ['has no key', GUARDED, {}],
    ['has a wrong key', GUARDED, { headers: WRONG }],
    ['is a page of another origin', {}, { headers: { origin: 'https://evil.example' } }],
    ['asks for no route', {}, { path: '/nowhere' }],
    ['has a method that is served nowhere', {}, { method: 'TRACE' }],
  ] as const)('leaves nothing of its head where it %s', async (_why, options, sent: Sent) => {
    const gateway = await composeGateway(upstream.url, options);
    const events = listen(gateway);
    const headers = { ...transportHeaders, ...sent.headers };
    expect(await send(gateway.port, { method, ...sent, headers })).toBeGreaterThanOrEqual(400);
    const [record] = await gateway.records();
    expect(record).toMatchObject({
      method: sent.method ?? method,
      path: sent.path ?? '/v1/responses',
      transport,
      client: {},
      request: {},
      error: { code: expect.any(String) },
    });
    expect(record?.clientRequestId).toBeUndefined();
    expect(await readExchange(gateway.dataDir, record?.id ?? '')).toMatchObject({ requestHeaders: [] });
    expect(events.map(({ type }) => type)).toEqual(['close']);
    expect(JSON.stringify(events)).not.toContain('of-nobody');
    expect(await journalOf(gateway)).not.toContain('of-nobody');
  });

  it('is named once its key was right, whatever it is refused for then', async () => {
    const gateway = await composeGateway(upstream.url, {
      env: { GOMODEL_MASTER_KEY: MASTER_KEY, WEBSOCKETS: 'off' },
    });
    const events = listen(gateway);
    const sent = transport === 'http' ? { method: 'GET' } : {};
    await send(gateway.port, { method, ...sent, headers: { ...transportHeaders, ...RIGHT } });
    const [record] = await gateway.records();
    expect(record).toMatchObject({ client: CLIENT, auth: 'master_key', error: { code: expect.any(String) } });
    expect(events.map(({ type }) => type)).toEqual(['open', 'close']);
  });
});

it('says nothing of who sent a wrong key while its refusal waits, nor where its client leaves then', async () => {
  const gateway = await composeGateway(upstream.url, GUARDED);
  for (let attempt = 0; attempt < 5; attempt++) await send(gateway.port, { headers: WRONG });
  const waiting = httpRequest({
    ...{ host: '127.0.0.1', port: gateway.port, method: 'POST', path: '/v1/responses' },
    headers: { ...SAYS_WHO, ...WRONG },
  });
  waiting.on('error', () => {});
  waiting.end();
  await expect.poll(() => gateway.recorder.active.size).toBe(1);
  expect(gateway.recorder.active.values().map(({ record }) => record.client)).toEqual([{}]);
  expect(await journalOf(gateway)).not.toContain('of-nobody');
  waiting.destroy();
  expect(await gateway.records()).toHaveLength(6);
  expect(await journalOf(gateway)).not.toContain('of-nobody');
});

it('leaves the beginning of a long path, and no part of a key that the end of it cuts', async () => {
  const gateway = await composeGateway(upstream.url, GUARDED);
  const key = `sk-proj-${'Ab3'.repeat(30)}`;
  for (let at = 150; at < 640; at += 35) {
    await send(gateway.port, {
      path: `/v1/${'x/'.repeat(at / 2)}${key}/${'y'.repeat(3_000)}`,
      headers: RIGHT,
    });
    await send(gateway.port, { path: `/v1/${'x/'.repeat(at / 2)}${key}/${'y'.repeat(3_000)}` });
  }
  const records = await gateway.records();
  for (const { path, auth } of records) {
    expect(path).toMatch(/^\/v1\/x\/x\//);
    expect(path).not.toContain('sk-proj-A');
    if (auth === 'rejected') expect(path.length).toBeLessThan(210);
    else expect(path.length).toBeGreaterThan(3_000);
  }
});

it('tells of a client that was let in when it begins, and who it is first of all', async () => {
  const gateway = await composeGateway(upstream.url, GUARDED);
  const events = listen(gateway);
  expect(await send(gateway.port, { method: 'GET', path: '/v1/models', headers: RIGHT })).toBe(200);
  const [record] = await gateway.records();
  expect(events[0]).toMatchObject({ type: 'open', record: { client: CLIENT } });
  expect(events.at(-1)?.type).toBe('close');
  expect(Object.keys(record ?? {}).slice(0, 11)).toEqual([
    ...['schemaVersion', 'id', 'startedAt', 'method', 'path', 'transport', 'client', 'request', 'response'],
    ...['auth', 'clientRequestId'],
  ]);
  const detail = await readExchange(gateway.dataDir, record?.id ?? '');
  expect(detail?.requestHeaders).toContainEqual(['session-id', 'session-of-nobody']);
  expect(record).toMatchObject({ client: CLIENT, clientRequestId: 'request-of-nobody' });
});
