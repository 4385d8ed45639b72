import { once } from 'node:events';
import { request as httpRequest } from 'node:http';
import { brotliCompressSync, constants, deflateSync, gzipSync } from 'node:zlib';
import { compress } from '@mongodb-js/zstd';
import fc from 'fast-check';
import { describe, expect, it, onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { startHeldUpstream } from '../support/upstream/start-held-upstream.ts';
import { startWebSocketUpstream } from '../support/upstream/websocket-upstream.ts';

const KIB = 1024;
const BODY_BYTES = 400 * KIB;
/** Two bodies fit, and no third one. */
const LIMITS = { BODY_SIZE_LIMIT: '500K', BODY_MEMORY_LIMIT: '1100K' };
const ROOM_MS = 1_000;

/** JSON of exactly so many bytes. */
const bodyOf = (bytes: number): Buffer => {
  const start = '{"model":"gpt-test","input":"';
  return Buffer.from(`${start}${'a'.repeat(bytes - start.length - 2)}"}`);
};
const BODY = bodyOf(BODY_BYTES);

const CODINGS: Readonly<Record<string, (body: Buffer) => Buffer | Promise<Buffer>>> = {
  identity: (body) => body,
  zstd: (body) => compress(body),
  gzip: (body) => gzipSync(body),
  deflate: (body) => deflateSync(body),
  br: (body) => brotliCompressSync(body, { params: { [constants.BROTLI_PARAM_QUALITY]: 4 } }),
};

const start = async (more: object = {}) => {
  const upstream = await startHeldUpstream();
  const gateway = await composeGateway(upstream.url, {
    env: { ...LIMITS, ...more },
    timeouts: { roomMs: ROOM_MS },
  });
  return { upstream, gateway };
};

const post = (gateway: RunningGateway, body: Uint8Array, coding = 'identity', signal?: AbortSignal) =>
  fetch(`${gateway.v1}/responses`, {
    method: 'POST',
    headers: {
      'content-type': 'application/json',
      ...(coding !== 'identity' && { 'content-encoding': coding }),
    },
    body,
    ...(signal && { signal }),
  });

const expectRefused = async (response: Response): Promise<void> => {
  expect(response.status).toBe(503);
  expect(Number(response.headers.get('retry-after'))).toBeGreaterThan(0);
  expect(await response.json()).toMatchObject({
    error: { code: 'overloaded', message: expect.stringContaining('BODY_MEMORY_LIMIT') },
  });
};

/** Nothing is left behind where two large bodies fit side by side, while both answers are held. */
const expectRoomForTwo = async (gateway: RunningGateway): Promise<void> => {
  const leave = new AbortController();
  const both = [post(gateway, BODY, 'identity', leave.signal), post(gateway, BODY, 'identity', leave.signal)];
  for (const response of await Promise.all(both)) expect(response.status).toBe(200);
  leave.abort();
  await Promise.allSettled(both.map(async (one) => (await one).text()));
  while (gateway.recorder.active.size > 0) await new Promise((resolve) => setImmediate(resolve));
};

describe.each(Object.keys(CODINGS))('M5: bodies that are sent as %s', (coding) => {
  it('are refused beyond the budget of all bodies, and let in again when others have left', async () => {
    const { upstream, gateway } = await start();
    const body = await CODINGS[coding]?.(BODY);
    if (!body) throw new Error('no such coding');
    const inside = [post(gateway, body, coding), post(gateway, body, coding)];
    await upstream.untilHeld(2);
    await expectRefused(await post(gateway, body, coding));
    upstream.letGo();
    for (const response of await Promise.all(inside)) expect(await response.text()).toContain('completed');
    expect((await post(gateway, body, coding)).status).toBe(200);
  });

  it('wait a while for others to leave', async () => {
    const { upstream, gateway } = await start();
    const body = await CODINGS[coding]?.(BODY);
    if (!body) throw new Error('no such coding');
    const inside = [post(gateway, body, coding), post(gateway, body, coding)];
    await upstream.untilHeld(2);
    const third = post(gateway, body, coding);
    setTimeout(upstream.letGo, ROOM_MS / 3);
    expect((await third).status).toBe(200);
    await Promise.all(inside);
  });
});

it('M5: small bodies pass while large ones wait', async () => {
  const { upstream, gateway } = await start();
  const inside = [post(gateway, BODY), post(gateway, BODY)];
  await upstream.untilHeld(2);
  const large = post(gateway, BODY);
  const small = await post(gateway, bodyOf(1000));
  expect(small.status).toBe(200);
  await expectRefused(await large);
  upstream.letGo();
  await Promise.all(inside);
});

it('M5: one body of BODY_SIZE_LIMIT always fits', async () => {
  const upstream = await startHeldUpstream(false);
  const gateway = await composeGateway(upstream.url, {
    env: { BODY_SIZE_LIMIT: '500K', BODY_MEMORY_LIMIT: '10K' },
  });
  for (const [coding, encode] of Object.entries(CODINGS)) {
    const response = await post(gateway, await encode(bodyOf(500 * KIB)), coding);
    expect([coding, response.status]).toEqual([coding, 200]);
    await response.text();
  }
});

/** None fits beside two bodies. */
const MESSAGE_BYTES = 420 * KIB;

describe('M5: messages over WebSocket', () => {
  const connect = async (gateway: RunningGateway, compresses: boolean) => {
    const ws = new WebSocket(`${gateway.v1.replace('http', 'ws')}/responses`, {
      perMessageDeflate: compresses,
    });
    onTestFinished(() => ws.terminate());
    const events: { type: string; status?: number; error?: { code: string; message: string } }[] = [];
    ws.on('message', (data) => events.push(JSON.parse(String(data))));
    const closed = once(ws, 'close').then(([code]) => code as number);
    await once(ws, 'open');
    return { ws, events, closed };
  };
  const message = (bytes: number): string =>
    JSON.stringify({ type: 'response.create', model: 'gpt-test', store: false, input: 'a'.repeat(bytes) });

  it.each([true, false])('share the budget with bodies over HTTP (compressed: %s)', async (compresses) => {
    const { upstream, gateway } = await start({ WEBSOCKETS: 'bridge' });
    const inside = [post(gateway, BODY), post(gateway, BODY)];
    await upstream.untilHeld(2);
    const { ws, events, closed } = await connect(gateway, compresses);
    ws.send(message(MESSAGE_BYTES));
    await expect
      .poll(() => events.at(-1), { timeout: 10_000 })
      .toMatchObject({
        type: 'error',
        status: 503,
        error: { code: 'overloaded', message: expect.stringContaining('BODY_MEMORY_LIMIT') },
      });
    expect(await closed).toBe(1013);
    upstream.letGo();
    await Promise.all(inside);
    const again = await connect(gateway, compresses);
    again.ws.send(message(MESSAGE_BYTES));
    await expect.poll(() => again.events.at(-1)?.type, { timeout: 10_000 }).toBe('response.completed');
  });

  it('are forgotten as soon as an upstream has them that speaks WebSocket as well', async () => {
    const upstream = await startWebSocketUpstream(() => ({ kind: 'events', events: [] }));
    onTestFinished(() => upstream.close());
    const gateway = await composeGateway(upstream.url, { env: LIMITS, timeouts: { roomMs: ROOM_MS } });
    for (let count = 1; count <= 6; count++) {
      const { ws } = await connect(gateway, count % 2 === 0);
      ws.send(message(MESSAGE_BYTES));
      await expect.poll(() => upstream.frames.length, { timeout: 10_000 }).toBe(count);
    }
  });

  it('give back what half a message took when its client leaves', async () => {
    const { gateway } = await start({ WEBSOCKETS: 'bridge' });
    for (let round = 0; round < 4; round++) {
      const { ws } = await connect(gateway, false);
      ws.send(Buffer.from(message(MESSAGE_BYTES)), { fin: false, binary: false });
      await new Promise((resolve) => setTimeout(resolve, 20));
      ws.terminate();
    }
    await expectRoomForTwo(gateway);
  });
});

it('M5: every way out gives the memory of a body back', async () => {
  const { gateway } = await start();
  const v1 = new URL(gateway.v1);
  /** A client that sends half of its body and leaves. */
  const leaveMidway = async (): Promise<void> => {
    const sending = httpRequest({
      port: v1.port,
      path: '/v1/responses',
      method: 'POST',
      headers: { 'content-type': 'application/json', 'content-length': BODY.length },
    });
    sending.on('error', () => {});
    sending.write(BODY.subarray(0, BODY.length / 2));
    await new Promise((resolve) => setTimeout(resolve, 5));
    sending.destroy();
  };
  const leaveSoon = async (coding: string, afterMs: number): Promise<void> => {
    const body = (await CODINGS[coding]?.(BODY)) ?? BODY;
    await post(gateway, body, coding, AbortSignal.timeout(afterMs))
      .then(
        (response) => response.text(),
        () => {},
      )
      .catch(() => {});
  };
  const refused = async (body: Uint8Array, coding: string): Promise<void> => {
    const response = await post(gateway, body, coding).catch(() => undefined);
    expect([400, 413, 415, 503]).toContain(response?.status ?? 413);
    await response?.text();
  };
  const zstd = await compress(BODY);
  const ways: Readonly<Record<string, () => Promise<void>>> = {
    'left midway': leaveMidway,
    'left at once': () => leaveSoon('zstd', 2),
    'left while decoded': () => leaveSoon('br', 4),
    'left while answered': () => leaveSoon('gzip', 40),
    'cut off': () => refused(zstd.subarray(0, zstd.length - 3), 'zstd'),
    corrupt: () => refused(Buffer.from('no zlib at all'), 'gzip'),
    'too large': () => refused(bodyOf(600 * KIB), 'identity'),
    'too large when decoded': () => refused(gzipSync(bodyOf(600 * KIB)), 'gzip'),
    'too large when decoded, by its headers': async () => refused(await compress(bodyOf(600 * KIB)), 'zstd'),
    'of an unknown coding': () => refused(BODY, 'lz4'),
  };
  await fc.assert(
    fc.asyncProperty(
      fc.array(fc.array(fc.constantFrom(...Object.keys(ways)), { minLength: 1, maxLength: 4 }), {
        minLength: 1,
        maxLength: 3,
      }),
      async (rounds) => {
        for (const round of rounds) await Promise.all(round.map((name) => ways[name]?.()));
        while (gateway.recorder.active.size > 0) await new Promise((resolve) => setImmediate(resolve));
        await expectRoomForTwo(gateway);
      },
    ),
    { numRuns: 8 },
  );
}, 90_000);
