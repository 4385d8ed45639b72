import { beforeAll, describe, expect, it, onTestFinished } from 'vitest';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, runCodex } from '../support/codex/run-codex.ts';
import {
  composeGateway,
  type GatewayOptions,
  MASTER_KEY,
  type RunningGateway,
  UPSTREAM_KEY,
} from '../support/gateway/compose-gateway.ts';
import { responsesStream, type Step } from '../support/upstream/responses-stream.ts';
import type { Answer, Script } from '../support/upstream/script.ts';
import { startUpstream, type Upstream } from '../support/upstream/start-upstream.ts';
import {
  type FrameScript,
  startWebSocketUpstream,
  type WebSocketUpstream,
} from '../support/upstream/websocket-upstream.ts';
import { keyProvider, NO_RETRIES } from './codex-config.ts';
import { comparableItems } from './comparable-items.ts';

const VERSION = '0.169.0';
const MODEL = 'gpt-5.5';

beforeAll(async () => {
  await ensureCodex(VERSION);
});

const run = (
  gateway: RunningGateway,
  args: readonly string[] = [],
  webSockets = true,
): Promise<CodexOutcome> =>
  runCodex({
    version: VERSION,
    prompt: 'List the files, print the first one, then reply ok.',
    configToml: `${keyProvider(gateway.v1)}supports_websockets = ${webSockets}\n`,
    args: ['-m', MODEL, '-s', 'danger-full-access', ...args],
    env: { OPENAI_API_KEY: 'anything' },
  });

const startBridged = async (
  script: Script,
  options?: GatewayOptions,
): Promise<{ upstream: Upstream; gateway: RunningGateway }> => {
  const upstream = await startUpstream(script);
  onTestFinished(() => upstream.close());
  return { upstream, gateway: await composeGateway(upstream.url, options) };
};

const startRelayed = async (
  script: FrameScript,
): Promise<{ upstream: WebSocketUpstream; gateway: RunningGateway }> => {
  const upstream = await startWebSocketUpstream(script, {
    headers: { 'x-codex-turn-state': 'state-1' },
    compresses: true,
  });
  onTestFinished(() => upstream.close());
  return { upstream, gateway: await composeGateway(upstream.url) };
};

const expectOk = (outcome: CodexOutcome): void => {
  expect(outcome.stderr).not.toMatch(/^ERROR: |Reconnecting|Falling back/m);
  expect(outcome).toMatchObject({ code: 0, stdout: 'ok\n' });
};

const CALLS: readonly (readonly Step[])[] = [
  [{ reasoning: 'sealed-1' }, { call: 'exec_command', arguments: { cmd: 'ls' } }],
  [{ reasoning: 'sealed-2' }, { call: 'exec_command', arguments: { cmd: 'cat hello.txt' } }],
  [{ text: 'ok' }],
];

const events = (steps: readonly Step[], index: number) => responsesStream(steps, { id: `resp_${index + 1}` });
const stepsOf = (all: readonly (readonly Step[])[], index: number): readonly Step[] =>
  all[Math.min(index, all.length - 1)] ?? [];
const sse =
  (all: readonly (readonly Step[])[]) =>
  (_request: unknown, index: number): Answer => ({ kind: 'sse', events: events(stepsOf(all, index), index) });

const framesOf =
  (all: readonly (readonly Step[])[]): FrameScript =>
  (_frame, index) => ({ kind: 'events', events: events(stepsOf(all, index), index) });

describe('Codex over WebSocket, with an upstream that speaks HTTP alone', () => {
  it('runs two tool calls in a turn, and the upstream is sent the whole input each time', async () => {
    const { upstream, gateway } = await startBridged(sse(CALLS));
    const outcome = await run(gateway);
    expectOk(outcome);
    expect(upstream.requests).toHaveLength(3);
    const last = JSON.stringify(upstream.requests[2]?.json());
    for (const part of ['sealed-1', 'sealed-2', 'hello.txt', 'call_resp_1_1', 'call_resp_2_1']) {
      expect(last).toContain(part);
    }
    for (const seen of upstream.requests) {
      expect(seen.json()).toMatchObject({ stream: true, store: false });
      expect(Object.keys(seen.json())).not.toEqual(
        expect.arrayContaining([expect.stringMatching(/^(?:type|previous_response_id|generate)$/)]),
      );
      expect(JSON.parse(String(seen.headers['x-codex-turn-metadata'])).turn_id).toMatch(/^[0-9a-f-]{36}$/);
      expect(seen.headers).not.toHaveProperty('openai-beta');
    }
    const records = await gateway.records();
    expect(new Set(records.map(({ transport, websocketMode }) => `${transport} ${websocketMode}`))).toEqual(
      new Set(['websocket bridge']),
    );
    expect(
      records.filter(({ upstream: host }) => host !== undefined).map(({ response }) => response),
    ).toMatchObject([
      { finish: 'completed', toolCalls: ['exec_command'] },
      { finish: 'completed', toolCalls: ['exec_command'] },
      { finish: 'completed' },
    ]);
  });
});

const PNG =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNk+M9QDwADhgGAWjR9awAAAABJRU5ErkJggg==';
const call = (cmd: string): Step => ({ call: 'exec_command', arguments: { cmd } });

/** Ten requests: reasoning with its sealed content, calls of functions and custom tools, two at a time, an image. */
const TEN: readonly (readonly Step[])[] = [
  [{ reasoning: 'sealed-1' }, call(`printf ${PNG} | base64 -d > dot.png`)],
  [{ reasoning: 'sealed-2' }, call('ls'), call('cat hello.txt')],
  [{ call: 'view_image', arguments: { path: 'dot.png' } }],
  [
    { reasoning: 'sealed-4' },
    { text: 'I add a file.' },
    {
      custom: 'apply_patch',
      input: '*** Begin Patch\n*** Add File: new.txt\n+grün "ü" \\ \u{1F600}\n*** End Patch\n',
    },
  ],
  [call('cat new.txt')],
  [{ reasoning: 'sealed-6' }, { reasoning: 'sealed-6b' }, call('rm new.txt')],
  [{ call: 'no_such_tool', arguments: {} }],
  [{ reasoning: 'sealed-8' }, call('echo "a  b" | wc')],
  [{ text: 'Nearly done.' }, call('true')],
  [{ text: 'ok' }],
];

describe('a session over the bridge', () => {
  it('is sent to the upstream as the same session over HTTP is, item by item', async () => {
    const bridged = await startBridged(sse(TEN));
    expectOk(await run(bridged.gateway));
    const overHttp = await startBridged(sse(TEN));
    expectOk(await run(overHttp.gateway, [], false));
    const inputs = ({ requests }: Upstream) => requests.map((request) => comparableItems(request.json()));
    expect(inputs(bridged.upstream)).toEqual(inputs(overHttp.upstream));
    expect(bridged.upstream.requests).toHaveLength(10);
    expect(JSON.stringify(bridged.upstream.requests[9]?.json())).toContain('data:image/png;base64,');
  });
});

describe('Codex over WebSocket, with an upstream that speaks it', () => {
  it('runs two tool calls in a turn over one connection, and sends only what is new', async () => {
    const { upstream, gateway } = await startRelayed(framesOf(CALLS));
    expectOk(await run(gateway));
    expect(upstream.connections).toHaveLength(1);
    const [connection] = upstream.connections;
    expect(connection?.headers).toMatchObject({
      authorization: `Bearer ${UPSTREAM_KEY}`,
      originator: 'codex_exec',
    });
    const asked = upstream.frames.map((frame) => frame.json());
    expect(asked.map(({ previous_response_id }) => previous_response_id)).toEqual([
      undefined,
      'resp_warm_1',
      'resp_1',
      'resp_2',
    ]);
    const records = await gateway.records();
    expect(
      records.map(({ websocketMode, status, response }) => [websocketMode, status, response.finish]),
    ).toEqual(asked.map(() => ['relay', 200, 'completed']));
    expect(new Set(records.slice(1).map(({ client }) => client.turnId)).size).toBe(1);
  });

  it.each([
    ['does not know the earlier answer', ['error', 400, 'previous_response_not_found']],
    ['wants a new connection after an hour', ['error', 400, 'websocket_connection_limit_reached']],
    ['closes with 1011', ['close', 1011]],
    ['answers with response.failed', ['failed']],
  ] as const)('recovers unseen where the upstream %s in the midst of a session', async (_name, failure) => {
    let failed = false;
    const { upstream, gateway } = await startRelayed((frame, index) => {
      if (index !== 1 || failed) return framesOf(CALLS)(frame, failed ? index - 1 : index);
      failed = true;
      const [kind, status, code] = failure;
      if (kind === 'close') return { kind, code: status };
      const error = { type: 'invalid_request_error', code: code ?? 'server_error', message: 'once' };
      const event =
        kind === 'error'
          ? { type: kind, status, error }
          : { type: 'response.failed', response: { id: 'resp_x', status: 'failed', error } };
      return { kind: 'events', events: [event] };
    });
    expectOk(await run(gateway));
    expect(upstream.connections).toHaveLength(2);
    const again = upstream.frames.find(({ connection }) => connection === 1)?.json();
    expect(again).not.toHaveProperty('previous_response_id');
    expect(JSON.stringify(again)).toContain('hello.txt');
    const failures = (await gateway.records()).filter(({ error }) => error);
    expect(failures).toHaveLength(1);
  });
});

describe('Codex over the bridge', () => {
  it('recovers unseen where the gateway does not know the earlier answer', async () => {
    const { upstream, gateway } = await startBridged(sse(CALLS), { historyBytes: 0 });
    expectOk(await run(gateway));
    expect(JSON.stringify(upstream.requests[2]?.json())).toContain('sealed-2');
    const codes = (await gateway.records()).flatMap(({ error }) => error?.code ?? []);
    expect(new Set(codes)).toEqual(new Set(['previous_response_not_found']));
  });

  it('recovers unseen where the upstream breaks off its answer once', async () => {
    const { gateway } = await startBridged((request, index) =>
      index === 1
        ? { kind: 'sse', events: events(stepsOf(CALLS, 1), 1), eventLimit: 4, finally: 'reset' }
        : sse(CALLS)(request, index > 1 ? index - 1 : index),
    );
    expectOk(await run(gateway));
    const finishes = (await gateway.records()).map(({ response }) => response.finish);
    expect(finishes.filter((finish) => finish === 'truncated')).toHaveLength(1);
  });

  const json = (status: number, error: object): Answer => ({ kind: 'json', status, body: { error } });
  it.each([
    [400, 'the model is not known', /ERROR: .*the model is not known/],
    [401, 'wrong provider key', /unexpected status 401 Unauthorized: wrong provider key.*request id: req_/],
    [429, 'slow down', /last status: 429 Too Many Requests, request id: req_/],
    [503, 'overloaded', /unexpected status 503 Service Unavailable: overloaded.*request id: req_/],
  ])('shows what the upstream refuses with status %i', async (status, message, shown) => {
    const { gateway } = await startBridged(json(status, { type: 't', code: 'c', message }));
    const outcome = await run(gateway, NO_RETRIES);
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(shown);
    const overWebSocket = (await gateway.records()).find((record) => record.status === status);
    expect(overWebSocket).toMatchObject({
      transport: 'websocket',
      error: { origin: 'upstream', code: 'c', message },
    });
  });

  it('says that the upstream is not there', async () => {
    const { upstream, gateway } = await startBridged(sse(CALLS));
    await upstream.close();
    const outcome = await run(gateway, NO_RETRIES);
    expect(outcome.stderr).toMatch(/gomodel-ts: 127\.0\.0\.1:\d+ refused the connection/);
  });
});

it('shows Codex what its key is refused for after one upgrade, and not after six', async () => {
  const { gateway } = await startBridged(sse(CALLS), { env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const outcome = await run(gateway, NO_RETRIES);
  expect(outcome.code).toBe(1);
  expect(outcome.stderr).toMatch(/gomodel-ts: the key in Authorization is not the master key/);
  const upgrades = (await gateway.records()).filter(({ transport }) => transport === 'websocket');
  expect(upgrades).toMatchObject([{ status: 426, auth: 'rejected', error: { code: 'invalid_api_key' } }]);
});

it('falls back to HTTP at once where WebSocket is turned off', async () => {
  const { gateway } = await startBridged(sse(CALLS), { env: { WEBSOCKETS: 'off' } });
  expectOk(await run(gateway));
  const records = await gateway.records();
  expect(records.filter(({ transport }) => transport === 'websocket')).toMatchObject([
    { status: 426, error: { code: 'websocket_not_supported' } },
  ]);
});
