import { once } from 'node:events';
import { createServer, request as httpRequest, type IncomingMessage, type ServerResponse } from 'node:http';
import { createServer as createTcpServer } from 'node:net';
import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';
import type { Script } from '../../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';

const EVENTS = responsesStream([{ text: 'ok' }]);
const TURN = {
  method: 'POST',
  headers: { 'content-type': 'application/json' },
  body: '{"model":"gpt-test","stream":true}',
};

let upstream: Upstream;
beforeEach(async () => {
  upstream = await startUpstream({ kind: 'sse', events: EVENTS });
  return () => upstream.close();
});

const play = async (script: Script): Promise<RunningGateway> => {
  upstream.play(script);
  return composeGateway(upstream.url);
};

/** A turn whose answer the test reads itself. */
const openTurn = async (gateway: RunningGateway): Promise<IncomingMessage> => {
  const request = httpRequest(`${gateway.v1}/responses`, { ...TURN, agent: false });
  request.end(TURN.body);
  const [response] = (await once(request, 'response')) as [IncomingMessage];
  return response;
};

/** An upstream that answers in a way of its own. */
const serve = async (
  answer: (request: IncomingMessage, response: ServerResponse) => void,
): Promise<string> => {
  const server = createServer(answer);
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  onTestFinished(() => {
    server.close();
    server.closeAllConnections();
  });
  const address = server.address();
  if (address === null || typeof address === 'string') throw new Error('no port');
  return `http://127.0.0.1:${address.port}/v1`;
};

describe('the answer on its way to the client', () => {
  it('arrives byte for byte, with the upstream headers and the ids of both hops', async () => {
    const gateway = await play({
      kind: 'sse',
      events: EVENTS,
      chunkBytes: 7,
      headers: { 'x-request-id': 'req_upstream', 'x-codex-turn-state': 'state', 'openai-model': 'gpt-test' },
    });
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(await response.text()).toBe(EVENTS.map(encodeEvent).join(''));
    expect(response.headers.get('x-codex-turn-state')).toBe('state');
    expect(response.headers.get('openai-model')).toBe('gpt-test');
    expect(response.headers.get('x-upstream-request-id')).toBe('req_upstream');
    expect(response.headers.get('server-timing')).toMatch(/^gateway;dur=\d+\.\d\d;desc=/);
    const [record] = await gateway.records();
    expect(record).toMatchObject({
      id: response.headers.get('x-request-id'),
      upstreamRequestId: 'req_upstream',
      status: 200,
      stream: true,
      model: 'gpt-test',
      provider: 'openai',
      upstream: new URL(upstream.url).host,
      auth: 'none',
      response: { events: EVENTS.length, finish: 'completed' },
      usage: {
        inputTokens: 1200,
        cachedInputTokens: 1024,
        outputTokens: 80,
        reasoningTokens: 64,
        totalTokens: 1280,
      },
    });
  });

  it('keeps repeated header lines apart and drops hop-by-hop ones', async () => {
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(200, [
        'Set-Cookie',
        'a=1',
        'Set-Cookie',
        'b=2',
        'X-Repeated',
        'one',
        'X-Repeated',
        'two',
        'Connection',
        'keep-alive, X-Hop',
        'X-Hop',
        'secret',
        'Proxy-Authenticate',
        'Basic',
      ]);
      response.end('{}');
    });
    const gateway = await composeGateway(url);
    const response = await openTurn(gateway);
    response.resume();
    const lines = response.rawHeaders.map((text) => text.toLowerCase());
    expect(lines.filter((line) => line === 'set-cookie')).toHaveLength(2);
    expect(lines.filter((line) => line === 'x-repeated')).toHaveLength(2);
    expect(response.headers).not.toHaveProperty('x-hop');
    expect(response.headers).not.toHaveProperty('proxy-authenticate');
  });

  it('passes an error of the upstream on byte for byte, and says whose it is', async () => {
    const body = Buffer.from(
      '{"error": {"message":"Rate limit","type":"rate_limit","code":"rate_limit_exceeded"}}\n',
    );
    const gateway = await play({
      kind: 'bytes',
      status: 429,
      body,
      headers: { 'content-type': 'application/json', 'retry-after': '2' },
    });
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(429);
    expect(Buffer.from(await response.arrayBuffer())).toEqual(body);
    expect(response.headers.get('retry-after')).toBe('2');
    expect(response.headers.get('x-gomodel-error-origin')).toBe('upstream');
    expect(await gateway.records()).toMatchObject([
      {
        status: 429,
        response: { finish: 'failed' },
        error: { origin: 'upstream', code: 'rate_limit_exceeded' },
      },
    ]);
    expect(upstream.requests).toHaveLength(1);
  });

  it('follows no redirect, and lets no client follow one', async () => {
    const gateway = await play({
      kind: 'bytes',
      status: 307,
      body: Buffer.alloc(0),
      headers: { location: 'http://169.254.169.254/' },
    });
    const response = await fetch(`${gateway.v1}/responses`, { ...TURN, redirect: 'manual' });
    expect(response.status).toBe(502);
    expect(upstream.requests).toHaveLength(1);
  });

  it('sends its head before the first byte of the body has come', async () => {
    let release = (): void => {};
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      response.flushHeaders();
      release = () => response.end(EVENTS.map(encodeEvent).join(''));
    });
    const response = await openTurn(await composeGateway(url));
    expect(response.statusCode).toBe(200);
    release();
    response.resume();
    await once(response, 'end');
  });
});

describe('an answer that is cut off', () => {
  const bytesOf = async (response: IncomingMessage): Promise<{ text: string; broken: boolean }> => {
    const chunks: Buffer[] = [];
    let broken = false;
    response.on('data', (chunk: Buffer) => chunks.push(chunk));
    response.on('error', () => {
      broken = true;
    });
    await new Promise((resolve) => response.once('close', resolve));
    return { text: Buffer.concat(chunks).toString(), broken };
  };

  it.each([
    ['ends before its last event', 'end', 0],
    ['ends in the middle of an event', 'end', 40],
    ['is reset in the middle of an event', 'reset', 40],
  ] as const)(
    'trap 2: %s: the client is told by response.failed, and the record says whose fault it was',
    async (_name, end, extraBytes) => {
      const gateway = await play({ kind: 'sse', events: EVENTS, eventLimit: 4, extraBytes, finally: end });
      const { text, broken } = await bytesOf(await openTurn(gateway));
      expect(broken).toBe(false);
      const last = text.trimEnd().split('\n').at(-1)?.replace('data: ', '') ?? '';
      expect(JSON.parse(last)).toMatchObject({
        type: 'response.failed',
        response: {
          status: 'failed',
          error: {
            code: 'upstream_stream_truncated',
            message: expect.stringMatching(/^gomodel-ts: .*events/),
          },
        },
      });
      expect(await gateway.records()).toMatchObject([
        {
          status: 200,
          response: { finish: 'truncated' },
          error: { origin: 'upstream', code: 'upstream_stream_truncated' },
        },
      ]);
    },
  );

  it('is told by the upstream, where that had said what went wrong before it broke off', async () => {
    const error = { type: 'error', code: 'server_is_overloaded', message: 'Overloaded.', param: null };
    const gateway = await play({ kind: 'sse', events: [...EVENTS.slice(0, 3), error], finally: 'end' });
    const { text } = await bytesOf(await openTurn(gateway));
    expect(text).toMatch(
      /event: response\.failed\ndata: .*"code":"server_is_overloaded","message":"Overloaded\."/,
    );
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'failed' }, error: { origin: 'upstream', code: 'server_is_overloaded' } },
    ]);
  });

  it('is not said to be cut when its last event has come, even if the connection then breaks', async () => {
    const gateway = await play({ kind: 'sse', events: EVENTS, finally: 'reset' });
    const { text, broken } = await bytesOf(await openTurn(gateway));
    expect(broken).toBe(false);
    expect(text).toBe(EVENTS.map(encodeEvent).join(''));
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'completed' } }]);
  });

  it('breaks off an answer that is no stream, so that no client takes it for a whole one', async () => {
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(200, { 'content-type': 'application/json', 'content-length': '1000' });
      response.write('{"id":"resp_1"');
      setImmediate(() => response.socket?.resetAndDestroy());
    });
    const gateway = await composeGateway(url);
    const { broken } = await bytesOf(await openTurn(gateway));
    expect(broken).toBe(true);
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'truncated' }, error: { origin: 'upstream', code: 'upstream_stream_truncated' } },
    ]);
  });
});

describe('a client that leaves', () => {
  it('trap 3: before any answer ends the request at the upstream', async () => {
    const gateway = await play({ kind: 'hang' });
    const request = httpRequest(`${gateway.v1}/responses`, { ...TURN, agent: false });
    request.on('error', () => {});
    request.end(TURN.body);
    const seen = await upstream.request(0);
    request.destroy();
    expect(await seen.closed).toMatchObject({ aborted: true });
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'aborted' } }]);
    expect((await gateway.records())[0]).not.toHaveProperty('error');
  });

  it('in the middle of a stream ends the request at the upstream, and what came is in the record', async () => {
    const gateway = await play({ kind: 'sse', events: EVENTS, eventLimit: 4, finally: 'hang' });
    const response = await openTurn(gateway);
    response.on('error', () => {});
    await once(response, 'data');
    response.destroy();
    expect(await (await upstream.request(0)).closed).toMatchObject({ aborted: true });
    const [record] = await gateway.records();
    expect(record).toMatchObject({ status: 200, response: { finish: 'aborted' } });
    expect(record?.response.events).toBeGreaterThan(0);
  });

  it('while it still sends leaves a record and reaches no upstream', async () => {
    const gateway = await play({ kind: 'hang' });
    const request = httpRequest(`${gateway.v1}/responses`, {
      ...TURN,
      headers: { ...TURN.headers, 'content-length': '1000' },
      agent: false,
    });
    request.on('error', () => {});
    request.write('{"model"');
    await new Promise<void>((resolve) => {
      const unsubscribe = gateway.recorder.subscribe(({ type }) => {
        if (type !== 'open') return;
        unsubscribe();
        resolve();
      });
    });
    request.destroy();
    expect(await gateway.records()).toMatchObject([{ response: { finish: 'aborted' } }]);
    expect(upstream.requests).toHaveLength(0);
  });

  it('only seems to when it reads slowly: the upstream is held back, and nothing piles up here', async () => {
    const total = 256 * 2 ** 20;
    let written = 0;
    const url = await serve((request, response) => {
      request.resume();
      response.writeHead(200, {
        'content-type': 'application/octet-stream',
        'content-length': String(total),
      });
      const chunk = Buffer.alloc(1 << 20);
      const fill = (): void => {
        while (written < total) {
          written += chunk.length;
          if (!response.write(chunk)) {
            response.once('drain', fill);
            return;
          }
        }
        response.end();
      };
      fill();
    });
    const gateway = await composeGateway(url);
    const response = await openTurn(gateway);
    response.pause();
    let before = -1;
    while (before !== written) {
      before = written;
      await new Promise((resolve) => setTimeout(resolve, 300));
    }
    expect(written).toBeLessThan(32 * 2 ** 20);
    let received = 0;
    response.on('data', (chunk: Buffer) => {
      received += chunk.length;
    });
    response.resume();
    await once(response, 'end');
    expect(received).toBe(total);
  });
});

describe('an upstream that cannot be reached', () => {
  const closedPort = async (): Promise<number> => {
    const server = createTcpServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    const address = server.address();
    server.close();
    await once(server, 'close');
    if (address === null || typeof address === 'string') throw new Error('no port');
    return address.port;
  };

  it('is a 502 of the network when it refuses the connection', async () => {
    const gateway = await composeGateway(`http://127.0.0.1:${await closedPort()}/v1`);
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(502);
    expect(response.headers.get('x-gomodel-error-origin')).toBe('network');
    expect(await response.json()).toEqual({
      error: {
        message: expect.stringMatching(
          /^gomodel-ts: 127\.0\.0\.1:\d+ refused the connection\. .*OPENAI_BASE_URL.*\(ECONNREFUSED\)\.$/,
        ),
        type: 'provider_error',
        code: 'upstream_unreachable',
        param: null,
      },
    });
    expect(await gateway.records()).toMatchObject([
      {
        status: 502,
        response: { finish: 'failed' },
        error: { origin: 'network', code: 'upstream_unreachable' },
      },
    ]);
  });

  it('is a 502 of the upstream when it closes the connection before its answer, and is asked once', async () => {
    const gateway = await play({ kind: 'reset' });
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(502);
    expect(response.headers.get('x-gomodel-error-origin')).toBe('upstream');
    expect(upstream.requests).toHaveLength(1);
  });

  it('is a 502 when it answers with a protocol that nobody asked for', async () => {
    const server = createTcpServer((socket) => {
      const head = 'HTTP/1.1 101 Switching Protocols\r\nupgrade: h2c\r\nconnection: upgrade\r\n\r\n';
      socket.on('error', () => {}).once('data', () => socket.end(head));
    }).listen(0, '127.0.0.1');
    await once(server, 'listening');
    onTestFinished(() => void server.close());
    const address = server.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gateway = await composeGateway(`http://127.0.0.1:${address.port}/v1`);
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(502);
    expect(response.headers.get('x-gomodel-error-origin')).toBe('upstream');
  });

  it('is a 502 when its name does not resolve', async () => {
    const gateway = await composeGateway('http://no-such-host.invalid/v1');
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(/no-such-host\.invalid could not be resolved/);
  });

  it('is a 504 when it accepts no TLS connection in time', async () => {
    const silent = createTcpServer(() => {}).listen(0, '127.0.0.1');
    await once(silent, 'listening');
    onTestFinished(() => void silent.close());
    const address = silent.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gateway = await composeGateway(`https://127.0.0.1:${address.port}/v1`, {
      timeouts: { connectMs: 100 },
    });
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(504);
    expect(await response.json()).toMatchObject({ error: { code: 'upstream_timeout' } });
  });

  it('is a 502 when it does not speak HTTP', async () => {
    const rude = createTcpServer((socket) => {
      socket.once('data', () => socket.end('220 mail ready\r\n'));
      socket.on('error', () => {});
    }).listen(0, '127.0.0.1');
    await once(rude, 'listening');
    onTestFinished(() => void rude.close());
    const address = rude.address();
    if (address === null || typeof address === 'string') throw new Error('no port');
    const gateway = await composeGateway(`http://127.0.0.1:${address.port}/v1`);
    const response = await fetch(`${gateway.v1}/responses`, TURN);
    expect(response.status).toBe(502);
    expect(await response.text()).toMatch(/something that is not HTTP/);
  });
});

describe('the stop of the gateway', () => {
  it('lets a running answer end, and takes no new request', async () => {
    const gateway = await play({ kind: 'sse', events: EVENTS, pauseMs: 30 });
    const response = await openTurn(gateway);
    const text = (async () => {
      let all = '';
      for await (const chunk of response) all += chunk;
      return all;
    })();
    const closed = gateway.close(10_000);
    await expect(fetch(`${gateway.v1}/responses`, TURN)).rejects.toThrow();
    expect(await text).toBe(EVENTS.map(encodeEvent).join(''));
    await closed;
  });

  it('cuts an answer that does not end in time off as shutting_down', async () => {
    const gateway = await play({ kind: 'sse', events: EVENTS, eventLimit: 3, finally: 'hang' });
    const response = await openTurn(gateway);
    await once(response, 'readable');
    const closed = gateway.close(50);
    let text = '';
    for await (const chunk of response) text += chunk;
    expect(text).toMatch(/event: response\.failed\ndata: .*"code":"shutting_down","message":"gomodel-ts: /);
    await closed;
    expect(await gateway.records()).toMatchObject([
      { response: { finish: 'truncated' }, error: { code: 'shutting_down' } },
    ]);
  });
});
