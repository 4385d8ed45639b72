import { once } from 'node:events';
import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  request as sendRequest,
} from 'node:http';
import { connect, type Socket } from 'node:net';
import { Readable } from 'node:stream';
import { describe, expect, it, onTestFinished } from 'vitest';
import { GatewayError } from '../../../src/base/errors.ts';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createStopwatch } from '../../../src/base/time/stopwatch.ts';
import { type ActiveForwarding, beginForwarding } from '../../../src/forward/forwarding.ts';
import { relayAnswer } from '../../../src/forward/relay/relay-answer.ts';
import type { UpstreamAnswer } from '../../../src/forward/relay/upstream-answer.ts';
import { useLogFolder } from '../../support/log/use-log-folder.ts';

const log = useLogFolder();

const event = (type: string, more: object = {}): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...more })}\n\n`;
const CREATED = event('response.created', { response: { id: 'resp_1', status: 'in_progress' } });
const COMPLETED = event('response.completed', {
  response: {
    id: 'resp_1',
    status: 'completed',
    usage: { input_tokens: 1, output_tokens: 2, total_tokens: 3 },
  },
});

/** An answer of an upstream, whose bytes a test gives when it wants. */
class Answer extends Readable implements UpstreamAnswer {
  readonly statusCode: number | undefined;
  readonly statusMessage: string | undefined;
  readonly headers: IncomingHttpHeaders;
  readonly rawHeaders: string[];
  complete = false;

  constructor({ status = 200, message = 'OK', type = 'text/event-stream' }: AnswerHead = {}) {
    super({ highWaterMark: 1024 });
    this.statusCode = status ?? undefined;
    this.statusMessage = message;
    this.headers = { 'content-type': type };
    this.rawHeaders = ['Content-Type', type];
  }

  override _read(): void {}

  /** All of it has come. */
  finish(): void {
    this.complete = true;
    this.push(null);
  }
}

interface AnswerHead {
  /** Null: none. */
  readonly status?: number | null;
  readonly message?: string;
  readonly type?: string;
}

const start = async (server: Server): Promise<number> => {
  server.listen(0, '127.0.0.1');
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  await once(server, 'listening');
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : 0;
};

/** Relays one answer to a client that has asked over HTTP. */
const relay = async (answer: Answer, client: (port: number) => void) => {
  const recorder = await log.startRecorder();
  const exchange = recorder.open({
    method: 'POST',
    path: '/v1/responses',
    transport: 'http',
    rawHeaders: [],
  });
  exchange.record.upstream = 'api.example';
  const stopwatch = createStopwatch(systemClock);
  const forwarding: ActiveForwarding = beginForwarding({
    ...{
      exchange,
      stopwatch,
      body: { kind: 'none' },
      path: '/responses',
      passage: undefined,
      sentPath: '/responses',
    },
  });
  const server = createServer();
  const port = await start(server);
  const arrived = once(server, 'request');
  client(port);
  const [, response] = await arrived;
  const cut = relayAnswer({
    upstreamResponse: answer,
    response,
    forwarding,
    clock: systemClock,
    stallTimeoutMs: 0,
  });
  return { cut, response, forwarding, stopwatch, record: exchange.record, openedAtMs: exchange.openedAtMs };
};

interface Received {
  readonly message: IncomingMessage;
  readonly text: () => string;
  /** Resolves when the answer is over: whether it was whole. */
  readonly whole: Promise<boolean>;
}

/** A client that reads at once. */
const createClient = () => {
  let give: (received: Received) => void;
  const received = new Promise<Received>((resolve) => {
    give = resolve;
  });
  const ask = (port: number): void => {
    const request = sendRequest({ port, host: '127.0.0.1', method: 'POST', agent: false }, (message) => {
      let text = '';
      message.setEncoding('utf8').on('data', (part: string) => {
        text += part;
      });
      const whole = new Promise<boolean>((resolve) => {
        message.on('error', () => {}).on('close', () => resolve(message.complete));
      });
      give({ message, text: () => text, whole });
    });
    request.on('error', () => {}).end();
  };
  return { ask, received };
};

describe('an answer that is whole', () => {
  it('reaches the client byte for byte, with its head, and is recorded', async () => {
    const answer = new Answer({ message: 'Fine' });
    const { ask, received } = createClient();
    const { record, stopwatch, forwarding, openedAtMs } = await relay(answer, ask);
    answer.push(CREATED);
    answer.push(COMPLETED);
    answer.finish();
    const { message, whole, text } = await received;
    expect(await whole).toBe(true);
    expect(text()).toBe(CREATED + COMPLETED);
    expect(message.statusMessage).toBe('Fine');
    expect(message.headers['server-timing']).toMatch(/^gateway;dur=\d+\.\d\d;desc="spent in gomodel-ts"$/);
    expect(message.headers).toMatchObject({ 'content-type': 'text/event-stream', 'x-request-id': record.id });
    expect(message.headers).not.toHaveProperty('x-gomodel-error-origin');
    expect(forwarding.settled).toBe(true);
    expect(record).toMatchObject({
      status: 200,
      stream: true,
      response: { finish: 'completed', events: 2, bytes: (CREATED + COMPLETED).length },
      usage: { totalTokens: 3 },
    });
    expect(record.overheadMs).toBe(stopwatch.spentMs);
    expect(record.overheadMs).toBeGreaterThan(0);
    expect(record.ttfbMs).toBeGreaterThan(0);
    expect(record.ttfbMs).toBeLessThan(systemClock.monotonic() - openedAtMs);
  });

  it('is called the upstream’s failure from 400 on', async () => {
    for (const [status, origin] of [
      [399, undefined],
      [400, 'upstream'],
    ] as const) {
      const answer = new Answer({ status, type: 'application/json' });
      const { ask, received } = createClient();
      const { record } = await relay(answer, ask);
      answer.push('{}');
      answer.finish();
      const { message, whole } = await received;
      await whole;
      expect([message.statusCode, message.headers['x-gomodel-error-origin']]).toEqual([status, origin]);
      expect(record.response.finish).toBe(status === 400 ? 'failed' : 'completed');
    }
  });

  it('is a 502 where it has no status', async () => {
    const answer = new Answer({ status: null, type: 'application/json' });
    const { ask, received } = createClient();
    const { record } = await relay(answer, ask);
    answer.finish();
    expect((await received).message.statusCode).toBe(502);
    expect(record.status).toBe(502);
  });

  it('shows its head before its first byte has come', async () => {
    const answer = new Answer();
    const { ask, received } = createClient();
    const { record } = await relay(answer, ask);
    const { message, whole, text } = await received;
    expect(message.statusCode).toBe(200);
    expect(record.ttfbMs).toBeUndefined();
    answer.push(COMPLETED);
    answer.finish();
    expect(await whole).toBe(true);
    expect(text()).toBe(COMPLETED);
  });

  it('keeps the time of its first byte when later ones come', async () => {
    const answer = new Answer();
    const { ask, received } = createClient();
    const { record } = await relay(answer, ask);
    answer.push(CREATED);
    await expect.poll(() => record.ttfbMs).toBeGreaterThan(0);
    const first = record.ttfbMs;
    answer.push(COMPLETED);
    answer.finish();
    await (await received).whole;
    expect(record.ttfbMs).toBe(first);
  });
});

describe('an answer that is cut off', () => {
  const breaks: readonly (readonly [string, (answer: Answer) => void, RegExp])[] = [
    [
      'ends before its last event',
      (answer) => answer.finish(),
      /api\.example ended the answer before its last event/,
    ],
    ['breaks off', (answer) => answer.destroy(), /api\.example broke off its answer/],
    ['fails', (answer) => answer.destroy(new Error('reset')), /api\.example broke off its answer/],
    ['is over and not whole', (answer) => answer.push(null), /api\.example broke off its answer/],
  ];

  it.each(breaks)('is ended in the form of its API where it %s', async (_, breakOff, reason) => {
    const answer = new Answer();
    const { ask, received } = createClient();
    const { record, forwarding } = await relay(answer, ask);
    answer.push(CREATED);
    await expect.poll(() => record.response.events).toBe(1);
    breakOff(answer);
    const { whole, text } = await received;
    expect(await whole).toBe(true);
    expect(text()).toMatch(/^event: response\.created.*response\.failed.*upstream_stream_truncated/s);
    expect(record).toMatchObject({
      response: { finish: 'truncated' },
      error: {
        origin: 'upstream',
        code: 'upstream_stream_truncated',
        message: expect.stringMatching(reason),
      },
    });
    expect(forwarding.settled).toBe(true);
    expect(answer.destroyed).toBe(true);
  });

  it('is whole where its last event had come', async () => {
    for (const breakOff of [
      (answer: Answer) => answer.destroy(),
      (answer: Answer) => void answer.push(null),
    ]) {
      const answer = new Answer();
      const { ask, received } = createClient();
      const { record } = await relay(answer, ask);
      answer.push(CREATED + COMPLETED);
      await expect.poll(() => record.response.events).toBe(2);
      breakOff(answer);
      const { whole, text } = await received;
      expect(await whole).toBe(true);
      expect(text()).toBe(CREATED + COMPLETED);
      expect(record.response.finish).toBe('completed');
      expect(record.error).toBeUndefined();
    }
  });

  it('breaks off for its client too where nothing can be added to it', async () => {
    const answer = new Answer({ type: 'application/json' });
    const { ask, received } = createClient();
    const { record } = await relay(answer, ask);
    answer.push('{"id":');
    await expect.poll(() => record.response.bytes).toBe(6);
    answer.destroy();
    const { whole } = await received;
    expect(await whole).toBe(false);
    expect(record).toMatchObject({
      response: { finish: 'truncated' },
      error: { code: 'upstream_stream_truncated' },
    });
  });

  it('by the gateway tells why, once, and leaves no upstream running', async () => {
    const answer = new Answer();
    const { ask, received } = createClient();
    const { cut, record } = await relay(answer, ask);
    answer.push(CREATED);
    await expect.poll(() => record.response.events).toBe(1);
    cut(new GatewayError('shutting_down', 'the gateway stops.'));
    expect(answer.destroyed).toBe(true);
    cut(new GatewayError('internal_error', 'another reason.'));
    const { whole, text } = await received;
    expect(await whole).toBe(true);
    expect(text()).toContain('the gateway stops.');
    expect(text()).not.toContain('another reason.');
    expect(record).toMatchObject({ response: { finish: 'truncated' }, error: { code: 'shutting_down' } });
  });

  it('by the gateway after its last event is whole', async () => {
    const answer = new Answer();
    const { ask, received } = createClient();
    const { cut, record } = await relay(answer, ask);
    answer.push(CREATED + COMPLETED);
    await expect.poll(() => record.response.events).toBe(2);
    cut(new GatewayError('shutting_down', 'the gateway stops.'));
    const { whole, text } = await received;
    expect(await whole).toBe(true);
    expect(text()).toBe(CREATED + COMPLETED);
    expect(record.response.finish).toBe('completed');
    expect(record.error).toBeUndefined();
    expect(answer.destroyed).toBe(true);
  });
});

describe('a client', () => {
  /** A client that a test ends, and that reads when it is told to. */
  const createRawClient = () => {
    let socket: Socket | undefined;
    const ask = (port: number): void => {
      socket = connect(port, '127.0.0.1');
      onTestFinished(() => void socket?.destroy());
      socket.on('error', () => {}).pause();
      socket.write('POST / HTTP/1.1\r\nHost: a\r\nContent-Length: 0\r\n\r\n');
    };
    return { ask, socket: () => socket as Socket };
  };

  it('that leaves before the last event ends the upstream’s answer', async () => {
    const answer = new Answer();
    const { ask, socket } = createRawClient();
    const { record, forwarding, cut } = await relay(answer, ask);
    answer.push(CREATED);
    await expect.poll(() => record.response.events).toBe(1);
    socket().destroy();
    await expect.poll(() => forwarding.settled).toBe(true);
    expect(answer.destroyed).toBe(true);
    expect(record.response.finish).toBe('aborted');
    expect(record.error).toBeUndefined();
    expect(forwarding.settled).toBe(true);
    cut(new GatewayError('shutting_down', 'the gateway stops.'));
    expect(record.response.finish).toBe('aborted');
  });

  it('that leaves after the last event has had all, and the upstream may end its answer', async () => {
    const answer = new Answer();
    const { ask, socket } = createRawClient();
    const { record, forwarding } = await relay(answer, ask);
    answer.push(CREATED + COMPLETED);
    await expect.poll(() => record.response.events).toBe(2);
    socket().destroy();
    await expect.poll(() => forwarding.settled).toBe(true);
    expect(record.response.finish).toBe('completed');
    expect(answer.destroyed).toBe(false);
    const ended = once(answer, 'end');
    answer.finish();
    await ended;
    expect(record.response.finish).toBe('completed');
  });

  it('that reads slowly holds the upstream back, and gets all in the end', async () => {
    const answer = new Answer();
    const { ask, socket } = createRawClient();
    const { response, record } = await relay(answer, ask);
    const chunk = Buffer.alloc(64 * 1024, ':'.concat('x'.repeat(62), '\n'));
    let sent = 0;
    // What the sockets of this machine hold has a bound: at some point the upstream is no longer read.
    while (!answer.isPaused() && sent < 1024) {
      answer.push(chunk);
      sent++;
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(answer.isPaused()).toBe(true);
    expect(response.writableNeedDrain).toBe(true);
    answer.push(COMPLETED);
    answer.finish();
    let bytes = 0;
    socket().on('data', (part) => {
      bytes += part.length;
    });
    socket().resume();
    await once(response, 'finish');
    expect(answer.isPaused()).toBe(false);
    expect(record.response).toMatchObject({
      finish: 'completed',
      bytes: sent * chunk.length + COMPLETED.length,
    });
    await expect.poll(() => bytes).toBeGreaterThan(sent * chunk.length);
  });
});
