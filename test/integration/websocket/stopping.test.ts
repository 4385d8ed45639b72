import { beforeEach, describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream, type Upstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream, type WebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { connectClient } from '../../support/websocket/connect-client.ts';

const EVENTS = responsesStream([{ text: 'ok' }], { id: 'resp_1' });
const CREATE = { type: 'response.create', input: [], store: false };

/** An upstream that begins an answer, and goes on with it when it is told. */
interface Held {
  readonly gateway: RunningGateway;
  release(): void;
}

const bridged = async (): Promise<Held> => {
  const upstream: Upstream = await startUpstream((_request, index) =>
    index === 0 ? { kind: 'sse', events: EVENTS, pauseMs: 60 } : { kind: 'sse', events: EVENTS },
  );
  onTestFinished(() => upstream.close());
  return {
    gateway: await composeGateway(upstream.url, { env: { WEBSOCKETS: 'bridge' } }),
    release: () => {},
  };
};

const relayed = async (): Promise<Held> => {
  const [first, ...rest] = EVENTS;
  const upstream: WebSocketUpstream = await startWebSocketUpstream(() => ({
    kind: 'events',
    events: first ? [first] : [],
  }));
  onTestFinished(() => upstream.close());
  const release = (): void => {
    for (const event of rest) upstream.connections[0]?.ws.send(JSON.stringify(event));
  };
  return { gateway: await composeGateway(upstream.url), release };
};

describe.each([
  ['bridged', bridged],
  ['relayed', relayed],
] as const)('a gateway that stops closes what is %s', (_name, start) => {
  let held: Held;
  beforeEach(async () => {
    held = await start();
  });

  it('at once where nothing runs', async () => {
    const client = await connectClient(held.gateway.v1);
    const closing = held.gateway.close(5_000);
    expect(await client.closed).toEqual({ code: 1001, reason: 'shutting_down' });
    await closing;
  });

  it('when its answer has ended, and takes nothing new meanwhile', async () => {
    const client = await connectClient(held.gateway.v1);
    client.send(CREATE);
    await client.until(({ type }) => type === 'response.created');
    const closing = held.gateway.close(10_000);
    client.send(CREATE);
    expect(await client.until(({ type }) => type === 'error')).toMatchObject({
      status: 503,
      error: { code: 'shutting_down', message: expect.stringMatching(/^gomodel-ts: /) },
    });
    held.release();
    expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    expect(await client.closed).toEqual({ code: 1001, reason: 'shutting_down' });
    await closing;
    const records = await held.gateway.records();
    expect(records.map(({ response }) => response.finish).sort()).toEqual(['completed', 'failed']);
  });

  it('with a word to the client where its answer does not end in time', async () => {
    const client = await connectClient(held.gateway.v1);
    client.send(CREATE);
    await client.until(({ type }) => type === 'response.created');
    const closing = held.gateway.close(0);
    expect(await client.answer()).toMatchObject({
      type: 'response.failed',
      response: {
        id: 'resp_1',
        error: { code: 'shutting_down', message: expect.stringMatching(/^gomodel-ts: /) },
      },
    });
    expect(await client.closed).toEqual({ code: 1012, reason: 'shutting_down' });
    await closing;
    expect(await held.gateway.records()).toMatchObject([
      { response: { finish: 'truncated' }, error: { origin: 'gateway', code: 'shutting_down' } },
    ]);
  });
});

it('refuses a new connection while it stops', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: EVENTS, pauseMs: 60 });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url, { env: { WEBSOCKETS: 'bridge' } });
  const client = await connectClient(gateway.v1);
  client.send(CREATE);
  await client.until(({ type }) => type === 'response.created');
  const closing = gateway.close(10_000);
  await expect(connectClient(gateway.v1)).rejects.toThrow(/503|ECONNREFUSED/);
  await client.answer();
  await closing;
});
