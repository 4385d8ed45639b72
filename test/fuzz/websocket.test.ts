import { once } from 'node:events';
import { createServer, type Server } from 'node:http';
import { beforeAll, beforeEach, expect, it, onTestFinished } from 'vitest';
import { WebSocket } from 'ws';
import type { Random } from '../support/dashboard/random.ts';
import { cases, randomOf } from '../support/fuzz/budget.ts';
import { composeGateway, type RunningGateway } from '../support/gateway/compose-gateway.ts';
import { encodeEvent, responsesStream } from '../support/upstream/responses-stream.ts';
import { startWebSocketUpstream } from '../support/upstream/websocket-upstream.ts';
import { connectClient } from '../support/websocket/connect-client.ts';
import { generateMessage } from '../support/websocket/generate-messages.ts';
import { encodeFrame, openWebSocket, type RawFrame } from '../support/websocket/raw-frames.ts';

const SIDE_BY_SIDE = 8;
const MESSAGES = Math.ceil(cases(4000) / SIDE_BY_SIDE) * SIDE_BY_SIDE;
const CONNECTIONS = Math.ceil(cases(1600) / SIDE_BY_SIDE) * SIDE_BY_SIDE;
const ANSWER = responsesStream([{ text: 'ok' }])
  .map(encodeEvent)
  .join('');

/** What ends the wait for an answer, whether it is one or a refusal. */
const LAST = /^(?:response\.(?:completed|failed|incomplete)|response\.\w+\.failed|error)$/;

let upstream: Server;
let upstreamUrl: string;
beforeAll(async () => {
  let asked = 0;
  upstream = createServer((request, response) => {
    request.resume();
    request.once('end', () => {
      const way = asked++ % 10;
      if (way === 0)
        response.writeHead(429, { 'content-type': 'application/json' }).end('{"error":{"message":"no"}}');
      else if (way === 1) response.socket?.resetAndDestroy();
      else {
        response.writeHead(200, { 'content-type': 'text/event-stream' });
        response.end(way === 2 ? ANSWER.slice(0, ANSWER.length / 2) : ANSWER);
      }
    });
  }).listen(0, '127.0.0.1');
  await once(upstream, 'listening');
  const address = upstream.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  upstreamUrl = `http://127.0.0.1:${address.port}/v1`;
  return () => {
    upstream.closeAllConnections();
    upstream.close();
  };
});

let gateway: RunningGateway;
beforeEach(async () => {
  gateway = await composeGateway(upstreamUrl, { env: { WEBSOCKETS: 'bridge', BODY_SIZE_LIMIT: '1M' } });
});

const expectUsable = async (): Promise<void> => {
  while (gateway.recorder.active.size > 0) await new Promise((resolve) => setImmediate(resolve));
  const response = await fetch(`${gateway.v1.replace('/v1', '')}/readyz`);
  expect(response.status).toBe(200);
};

/** Sends messages one after another and waits for an answer to each. */
const talk = async (random: Random, count: number): Promise<{ answered: number; closed: number }> => {
  let answered = 0;
  let closed = 0;
  let ws: WebSocket | undefined;
  let settle: (outcome: 'answered' | 'closed') => void = () => {};
  const connect = async (): Promise<WebSocket> => {
    const fresh = new WebSocket(`${gateway.v1.replace('http', 'ws')}/responses`);
    await once(fresh, 'open');
    fresh.on('error', () => {});
    fresh.on('message', (data) => {
      if (LAST.test((JSON.parse(String(data)) as { type: string }).type)) settle('answered');
    });
    fresh.on('close', (code) => {
      if (code >= 1000) settle('closed');
    });
    return fresh;
  };
  for (let sent = 0; sent < count; sent++) {
    if (ws?.readyState !== WebSocket.OPEN) ws = await connect();
    const message = generateMessage(random);
    const outcome = await new Promise<'answered' | 'closed'>((resolve) => {
      settle = resolve;
      ws?.send(message);
    });
    if (outcome === 'answered') answered++;
    else closed++;
  }
  ws?.terminate();
  return { answered, closed };
};

it(`answers each of ${MESSAGES} messages, however wrong they are`, async () => {
  const outcomes = await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, (_, index) => talk(randomOf(9, index), MESSAGES / SIDE_BY_SIDE)),
  );
  const sum = (figure: 'answered' | 'closed'): number =>
    outcomes.reduce((total, one) => total + one[figure], 0);
  expect(sum('answered') + sum('closed')).toBe(MESSAGES);
  expect(sum('answered')).toBeGreaterThan(MESSAGES * 0.9);
  await expectUsable();
});

const generateFrame = (random: Random): RawFrame => {
  const isText = random.chance(0.4);
  const payload = isText
    ? Buffer.from(generateMessage(random)).subarray(0, 2000)
    : Buffer.from(
        Array.from({ length: random.pick([0, 1, 2, 125, 126, 300]) }, () => random.between(0, 255)),
      );
  return {
    opcode: isText ? 1 : random.between(0, 15),
    payload,
    fin: random.chance(0.8),
    reserved: random.chance(0.8) ? 0 : random.between(0, 7),
    isMasked: random.chance(0.95),
    // Sometimes a length that is never served: what would be shorter could not be told from a slow sender.
    ...(random.chance(0.05) && { claimedBytes: random.pick([2 ** 20 + 1, 2 ** 31, 2 ** 40, 2 ** 53]) }),
  };
};

/** Sends frames and then a ping: either that is answered, or the connection is closed with a code. */
const probe = async (random: Random): Promise<'answered' | number> => {
  const socket = await openWebSocket(gateway.port, random.chance(0.5) ? 'permessage-deflate' : undefined);
  for (let frames = random.between(1, 4); frames > 0; frames--)
    socket.write(encodeFrame(generateFrame(random)));
  socket.write(encodeFrame({ opcode: 9, payload: Buffer.from('still there?') }));
  for (;;) {
    const frames = socket.frames();
    const close = frames.find(({ opcode }) => opcode === 8);
    if (close || socket.isEnded) {
      socket.destroy();
      return close && close.payload.length >= 2 ? close.payload.readUInt16BE(0) : close ? 1005 : -1;
    }
    if (frames.some(({ opcode, payload }) => opcode === 10 && payload.toString() === 'still there?')) {
      socket.destroy();
      return 'answered';
    }
    await socket.more();
  }
};

it(`answers or closes with a code each of ${CONNECTIONS} connections of wrong frames`, async () => {
  const outcomes = new Map<'answered' | number, number>();
  await Promise.all(
    Array.from({ length: SIDE_BY_SIDE }, async (_, index) => {
      const random = randomOf(10, index);
      for (let count = 0; count < CONNECTIONS / SIDE_BY_SIDE; count++) {
        const outcome = await probe(random);
        outcomes.set(outcome, (outcomes.get(outcome) ?? 0) + 1);
      }
    }),
  );
  expect(outcomes.get(-1)).toBeUndefined();
  expect([...outcomes.keys()]).toEqual(expect.arrayContaining(['answered', 1002, 1003, 1007, 1009]));
  await expectUsable();
});

it('relays hundreds of messages each way, however wrong they are, and survives wrong frames of the upstream', async () => {
  const relayed = await startWebSocketUpstream(() => ({ kind: 'silence' }));
  onTestFinished(() => relayed.close());
  const relaying = await composeGateway(relayed.url);
  const client = await connectClient(relaying.v1);
  client.ws.removeAllListeners('message');
  const random = randomOf(11, 0);
  const said = Array.from({ length: 1000 }, () => generateMessage(random));
  const told: string[] = [];
  client.ws.on('message', (data) => told.push(String(data)));
  // Requests would be refused where too many run, and the double answers warm-ups by itself.
  const asked = said.filter((text) => !/response\.create|generate/.test(text));
  for (const message of asked) client.send(message);
  await relayed.frame(asked.length - 1);
  expect(relayed.frames.map(({ bytes }) => bytes.toString())).toEqual(
    asked.map((text) => Buffer.from(text).toString()),
  );
  for (const message of said) relayed.connections[0]?.ws.send(message);
  while (told.length < said.length) await new Promise((resolve) => setImmediate(resolve));
  expect(told).toEqual(said.map((text) => Buffer.from(text).toString()));
  const raw: unknown = Reflect.get(relayed.connections[0]?.ws ?? {}, '_socket');
  (raw as { write(bytes: Buffer): void }).write(Buffer.from([0x83, 0x00]));
  expect(await client.closed).toMatchObject({ code: 1011 });
});
