import { describe, expect, it, onTestFinished } from 'vitest';
import { readAdmin } from '../../support/admin/ask-admin.ts';
import { startChatUpstream } from '../../support/chat-upstream.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startHeldUpstream } from '../../support/upstream/start-held-upstream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient, type Event } from '../../support/websocket/connect-client.ts';

type WorkersGateway = Awaited<ReturnType<typeof startWorkersGateway>>;

const EVENTS = responsesStream([{ text: 'ok' }], { id: 'resp_1' });
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };
/** Which worker takes a connection is up to the system: so many never reach one alone. */
const MAX_CONNECTIONS = 200;

const idOf = (event: Event): string => (event.response as { id: string }).id;

/** A client whose session has that name, in the log as well. */
const connectAs = (url: string, name: string) =>
  connectClient(url, { headers: { ...CODEX_HEADERS, 'session-id': name } });

/** The worker that serves the client of that name. */
const workerOf = (gateway: WorkersGateway, name: string): number =>
  gateway.workerOf(`"sessionId":${JSON.stringify(name)}`);

/** Who reads the log sees all that has happened until then: the primary has asked the workers. */
const untilTold = (port: number): Promise<unknown> => readAdmin(port, 'audit/log');

const isOf = (name: string) => (record: { client: { sessionId?: string } }) =>
  record.client.sessionId === name;

const OVER_HTTP = {
  mode: 'bridge',
  start: async (): Promise<string> => {
    const upstream = await startUpstream((_request, index) => ({
      kind: 'sse',
      events: responsesStream([{ text: 'ok' }], { id: `resp_${index}` }),
    }));
    onTestFinished(() => upstream.close());
    return upstream.url;
  },
};
const OVER_WEBSOCKET = {
  mode: 'relay',
  start: async (): Promise<string> => {
    const upstream = await startWebSocketUpstream((_frame, index) => ({
      kind: 'events',
      events: responsesStream([{ text: 'ok' }], { id: `resp_${index}` }),
    }));
    onTestFinished(() => upstream.close());
    return upstream.url;
  },
};

it.each([OVER_HTTP, OVER_WEBSOCKET])(
  'serves conversations over many connections by all workers: $mode',
  async ({ mode, start }) => {
    const gateway = await startWorkersGateway(2, { upstreamUrl: await start() });
    const talks: { ask: (earlier: string) => Promise<string> }[] = [];
    const ids: string[] = [];
    while (talks.length < 8 || (gateway.workerPids().length < 2 && talks.length < MAX_CONNECTIONS)) {
      const client = await connectAs(gateway.url, `talk-${talks.length}`);
      const ask = async (earlier?: string): Promise<string> => {
        client.send({ ...CREATE, ...(earlier && { previous_response_id: earlier }) });
        const answer = await client.answer();
        expect(answer.type).toBe('response.completed');
        return idOf(answer);
      };
      ids.push(await ask());
      talks.push({ ask });
    }
    expect(gateway.workerPids().length).toBe(2);
    await Promise.all(talks.map(({ ask }, index) => ask(ids[index] ?? '')));
    expect(await gateway.stop('SIGTERM')).toBe(0);
    const records = await gateway.everyRecord();
    for (const [index, earlier] of ids.entries()) {
      const [first, second, ...others] = records.filter(isOf(`talk-${index}`));
      expect(others).toEqual([]);
      expect(first).toMatchObject({ responseId: earlier, response: { finish: 'completed' } });
      expect(second).toMatchObject({
        transport: 'websocket',
        websocketMode: mode,
        previousResponseId: earlier,
        response: { finish: 'completed' },
      });
    }
  },
);

it('goes on over a new connection from an answer that another worker gave', async () => {
  const upstream = await startChatUpstream((_, index) => ({ text: `answer ${index}` }));
  const gateway = await startWorkersGateway(2, {
    providerKey: null,
    env: { GROQ_API_KEY: 'gsk-test', GROQ_BASE_URL: upstream.url, MODEL_LISTS: 'false' },
  });
  let earlier: string | undefined;
  let turns = 0;
  while (turns < 8 || (gateway.workerPids().length < 2 && turns < MAX_CONNECTIONS)) {
    const client = await connectClient(gateway.url);
    client.send({
      type: 'response.create',
      model: 'groq/llama',
      input: `question ${turns++}`,
      ...(earlier && { previous_response_id: earlier }),
    });
    const answer = await client.answer();
    expect(answer).toMatchObject({ type: 'response.completed' });
    earlier = idOf(answer);
    client.ws.close();
  }
  expect(gateway.workerPids().length).toBe(2);
  const said = JSON.stringify(upstream.accepted.at(-1)?.messages);
  for (let turn = 0; turn < turns; turn++) expect(said).toContain(`question ${turn}`);
  for (let turn = 0; turn < turns - 1; turn++) expect(said).toContain(`answer ${turn}`);
});

it('asks for the whole input over a new connection where nothing is stored, as one process does', async () => {
  const gateway = await startWorkersGateway(2, { upstreamUrl: await OVER_HTTP.start() });
  const first = await connectClient(gateway.url);
  first.send(CREATE);
  const earlier = idOf(await first.answer());
  const next = await connectClient(gateway.url);
  next.send({ ...CREATE, previous_response_id: earlier });
  expect(await next.answer()).toMatchObject({
    type: 'error',
    error: { code: 'previous_response_not_found' },
  });
  next.send(CREATE);
  expect(await next.answer()).toMatchObject({ type: 'response.completed' });
});

it('lets in as many connections as all workers may have together, wherever they come', async () => {
  const gateway = await startWorkersGateway(3, {
    upstreamUrl: await OVER_HTTP.start(),
    env: { MAX_OPEN_EXCHANGES: '7', WEBSOCKETS: 'bridge' },
  });
  const clients = [];
  for (let count = 0; count < 7; count++) clients.push(await connectClient(gateway.url));
  for (let count = 0; count < 5; count++) {
    await expect(connectClient(gateway.url)).rejects.toThrow('503');
  }
  clients[0]?.ws.close();
  const knock = (): Promise<string> =>
    connectClient(gateway.url).then(
      () => 'let in',
      () => 'refused',
    );
  await expect.poll(knock).toBe('let in');
  expect(await knock()).toBe('refused');
  for (const { ws } of clients.slice(1)) expect(ws.readyState).toBe(ws.OPEN);
});

/** A gateway whose answers have begun, and end when they are let go. */
interface Held {
  readonly gateway: WorkersGateway;
  letGo(): void;
}

const holdBridged = async (): Promise<Held> => {
  const upstream = await startHeldUpstream();
  const env = { WEBSOCKETS: 'bridge' };
  return {
    gateway: await startWorkersGateway(2, { upstreamUrl: upstream.url, env }),
    letGo: upstream.letGo,
  };
};

const holdRelayed = async (): Promise<Held> => {
  let isHolding = true;
  const upstream = await startWebSocketUpstream(() => ({
    kind: 'events',
    events: isHolding ? EVENTS.slice(0, 1) : EVENTS,
  }));
  onTestFinished(() => upstream.close());
  return {
    gateway: await startWorkersGateway(2, { upstreamUrl: upstream.url }),
    letGo: () => {
      isHolding = false;
      for (const { ws } of upstream.connections)
        for (const event of EVENTS.slice(1)) ws.send(JSON.stringify(event));
    },
  };
};

/** So many clients whose answers have begun, by name. */
const beginTurns = (gateway: WorkersGateway, count: number) =>
  Promise.all(
    Array.from({ length: count }, async (_, index) => {
      const name = `talk-${index}`;
      const client = await connectAs(gateway.url, name);
      client.send(CREATE);
      await client.until(({ type }) => type === 'response.created');
      return { name, client };
    }),
  );

describe.each([
  ['bridged', holdBridged],
  ['relayed', holdRelayed],
] as const)('an answer that is %s', (_name, hold) => {
  it('ends with the worker that is killed in its midst, is logged as interrupted, and no other one is', async () => {
    const { gateway, letGo } = await hold();
    const turns = await beginTurns(gateway, 8);
    const victim = workerOf(gateway, 'talk-0');
    const cut = turns.filter(({ name }) => workerOf(gateway, name) === victim);
    const others = turns.filter((turn) => !cut.includes(turn));
    process.kill(victim, 'SIGKILL');
    for (const { client } of cut) expect(await client.closed).toMatchObject({ code: 1006 });
    await gateway.said(`Worker ${victim} was killed by SIGKILL. ${cut.length} request`);
    await expect
      .poll(async () => {
        const response = await fetch(`${gateway.origin}/readyz`);
        return ((await response.json()) as { workers: unknown }).workers;
      })
      .toEqual({ wanted: 2, running: 2, died: 1 });
    letGo();
    for (const { client } of others)
      expect(await client.answer()).toMatchObject({ type: 'response.completed' });
    const after = await connectAs(gateway.url, 'after');
    after.send(CREATE);
    expect(await after.answer()).toMatchObject({ type: 'response.completed' });
    expect(await gateway.stop('SIGTERM')).toBe(0);
    const records = await gateway.everyRecord();
    const finishes = ({ name }: { name: string }): (string | undefined)[] =>
      records.filter(isOf(name)).map(({ response }) => response.finish);
    expect(cut.map(finishes)).toEqual(cut.map(() => ['interrupted']));
    expect(others.map(finishes)).toEqual(others.map(() => ['completed']));
    expect(finishes({ name: 'after' })).toEqual(['completed']);
  });

  it('may end when the gateway is stopped in its midst, by whichever worker it comes', async () => {
    const { gateway, letGo } = await hold();
    const turns = await beginTurns(gateway, 4);
    await untilTold(gateway.port);
    const stopped = gateway.stop('SIGTERM');
    await gateway.said('Stopping: answers in progress have 10 s to finish');
    const knock = (): Promise<string> =>
      connectClient(gateway.url).then(
        () => 'let in',
        () => 'refused',
      );
    await expect.poll(knock).toBe('refused');
    letGo();
    for (const { client } of turns) {
      expect(await client.answer()).toMatchObject({ type: 'response.completed' });
      expect(await client.closed).toEqual({ code: 1001, reason: 'shutting_down' });
    }
    expect(await stopped).toBe(0);
    const records = (await gateway.everyRecord()).filter(({ response }) => response.finish !== 'failed');
    expect(records.map(({ response }) => response.finish)).toEqual(turns.map(() => 'completed'));
  });
});
