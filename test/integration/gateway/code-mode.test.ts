import { expect, it, onTestFinished } from 'vitest';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import type { Script } from '../../support/upstream/script.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../../support/upstream/websocket-upstream.ts';
import { CODEX_HEADERS, connectClient } from '../../support/websocket/connect-client.ts';

const input = 'const r = await tools.exec_command({ cmd: "ls" }); await tools.mcp__docs__search({ q: "`" });';
const EVENTS = responsesStream([{ text: 'I look.' }, { custom: 'exec', input }], { id: 'resp_1' });
const CREATE = { type: 'response.create', model: 'gpt-test', input: [], store: false };
const BODY = JSON.stringify({ model: 'gpt-test', input: 'hi' });

const gatewayBefore = async (script: Script, env: Record<string, string> = {}) => {
  const upstream = await startUpstream(script);
  onTestFinished(() => upstream.close());
  return composeGateway(upstream.url, { env });
};

const askOverHttp = async (script: Script): Promise<ExchangeRecord | undefined> => {
  const gateway = await gatewayBefore(script);
  const headers = { 'content-type': 'application/json' };
  await (await fetch(`${gateway.v1}/responses`, { method: 'POST', headers, body: BODY })).text();
  return (await gateway.records())[0];
};

const askOverWebSocket = async (
  gateway: Awaited<ReturnType<typeof composeGateway>>,
): Promise<ExchangeRecord | undefined> => {
  const client = await connectClient(gateway.v1, { headers: CODEX_HEADERS });
  client.send(CREATE);
  await client.answer();
  return (await gateway.records()).find(({ model }) => model !== undefined);
};

const WAYS: Readonly<Record<string, () => Promise<ExchangeRecord | undefined>>> = {
  'in a stream': () => askOverHttp({ kind: 'sse', events: EVENTS }),
  'in a stream of which only the last event is told': () =>
    askOverHttp({ kind: 'sse', events: EVENTS.slice(-1) }),
  'in one object': () => {
    const [{ response = {} } = {}] = EVENTS.slice(-1) as { readonly response?: object }[];
    return askOverHttp({ kind: 'json', status: 200, body: response });
  },
  'over WebSocket, bridged to HTTP': async () =>
    askOverWebSocket(await gatewayBefore({ kind: 'sse', events: EVENTS }, { WEBSOCKETS: 'bridge' })),
  'over WebSocket, relayed': async () => {
    const upstream = await startWebSocketUpstream(() => ({ kind: 'events', events: EVENTS }));
    onTestFinished(() => upstream.close());
    return askOverWebSocket(await composeGateway(upstream.url));
  },
};

it.each(Object.entries(WAYS))('the record has what a script of code mode calls, %s', async (_way, ask) => {
  expect((await ask())?.response).toMatchObject({
    finish: 'completed',
    toolCalls: ['exec'],
    scriptCalls: ['exec_command', 'mcp__docs__search'],
  });
});
