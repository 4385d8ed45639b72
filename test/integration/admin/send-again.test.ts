import { expect, it, onTestFinished } from 'vitest';
import type { AdminLogAnswer } from '../../../src/admin/api-types/access.ts';
import type { SendAgainAnswer, SentAgainAnswer } from '../../../src/admin/api-types/again.ts';
import { TICKET_HEADER } from '../../../src/guard/tickets.ts';
import { askAdmin, createContract, readAdmin } from '../../support/admin/ask-admin.ts';
import {
  composeGateway,
  type GatewayOptions,
  MASTER_KEY,
  UPSTREAM_KEY,
} from '../../support/gateway/compose-gateway.ts';
import { answerOf, ask, pricedFolder } from '../../support/guard/budget-gateway.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { closeExchange, openExchange, recordExchange } from '../../support/log/record-exchange.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const setUp = async (options: GatewayOptions = {}) => {
  const upstream = await startUpstream(() => answerOf(100, 10));
  onTestFinished(() => upstream.close());
  const dataDir = options.dataDir ?? pricedFolder();
  const gateway = await composeGateway(upstream.url, { ...options, dataDir });
  const send = (
    id: string,
    model: unknown,
    headers: Readonly<Record<string, string>> = {},
  ): Promise<Response> =>
    askAdmin(gateway.port, `audit/log/${id}/again`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', ...headers },
      body: JSON.stringify({ model }),
    });
  /** The ids of what was asked, oldest first. */
  const ids = async (): Promise<string[]> => (await gateway.records()).map(({ id }) => id);
  return { upstream, gateway, dataDir, send, ids };
};

const messageOf = async (response: Response): Promise<string> =>
  ((await response.json()) as { error: { message: string } }).error.message;

it('sends the recorded bytes again with another model in place of their own, as an exchange of its own', async () => {
  const { upstream, gateway, send, ids } = await setUp();
  // An escape, spaces and a number that parsing would write otherwise.
  const body = '{"model":"gpt-test","input":[ "caf\\u00e9" ],"temperature":1.0,"stream":true}';
  const headers = {
    'content-type': 'application/json',
    'session-id': 'session-1',
    'user-agent': 'codex_exec/0.171.0',
    'openai-beta': 'responses=v1',
  };
  await (await fetch(`${gateway.v1}/responses`, { method: 'POST', headers, body })).text();
  const [first = ''] = await ids();
  expect(upstream.requests).toHaveLength(1);
  const response = await send(first, 'gpt-other');
  expect(response.status).toBe(202);
  const answer = (await response.json()) as SentAgainAnswer;
  const { id } = answer;
  expect(createContract().check(`audit/log/${first}/again`, 202, answer, 'post')).toEqual([]);
  const sent = await upstream.request(1);
  expect(sent.body.toString()).toBe(body.replace('gpt-test', 'gpt-other'));
  expect(sent.headers['openai-beta']).toBe('responses=v1');
  expect(sent.headers['session-id']).toBeUndefined();
  expect(sent.headers[TICKET_HEADER]).toBeUndefined();
  expect(sent.headers.authorization).toBe(`Bearer ${UPSTREAM_KEY}`);
  const records = await gateway.records();
  expect(records).toHaveLength(2);
  expect(records[1]).toMatchObject({
    id,
    sentAgainOf: first,
    requestedModel: 'gpt-other',
    status: 200,
    response: { finish: 'completed' },
    client: { name: 'gomodel-ts-again' },
  });
  expect(records[1]?.client.sessionId).toBeUndefined();
  expect(records[0]).not.toHaveProperty('sentAgainOf');
  const { entries } = await readAdmin<AdminLogAnswer>(gateway.port, 'admin-log');
  expect(entries[0]).toMatchObject({
    by: 'none',
    action: 'exchange.send_again',
    target: first,
    to: { model: 'gpt-other', id },
  });
});

it('says before what it will cost, and sends nothing for being asked that', async () => {
  const { upstream, gateway, ids } = await setUp();
  await (await ask(gateway)).text();
  const [first = ''] = await ids();
  const plan = await readAdmin<SendAgainAnswer>(gateway.port, `audit/log/${first}/again?model=gpt-other`);
  expect(plan).toMatchObject({ model: 'gpt-test', left_out: [] });
  expect(plan.models).toContain('gpt-test');
  expect(createContract().check(`audit/log/${first}/again`, 200, plan)).toEqual([]);
  // 100 tokens in at $0.001, 10 out at $0.01.
  expect(plan.estimate).toMatchObject({
    provider: 'openai',
    input_tokens: 100,
    output_tokens: 10,
    basis: 'usage',
  });
  expect(plan.estimate?.cost_usd).toBeCloseTo(0.2);
  expect(upstream.requests).toHaveLength(1);
  expect(await ids()).toHaveLength(1);
});

it('leaves out what the provider would run by itself, wherever the request offers it', async () => {
  const { upstream, gateway, send, ids } = await setUp();
  const run = { type: 'function', name: 'run', parameters: { type: 'object' } };
  const input = [
    { type: 'additional_tools', role: 'developer', tools: [{ type: 'mcp', server_url: 'https://x' }, run] },
    { role: 'user', content: 'hi' },
  ];
  const tools = [{ type: 'web_search' }, run, { type: 'code_interpreter', container: { type: 'auto' } }];
  await (await ask(gateway, {}, { tools, input, tool_choice: { type: 'web_search' } })).text();
  const [first = ''] = await ids();
  const plan = await readAdmin<SendAgainAnswer>(gateway.port, `audit/log/${first}/again`);
  expect(plan.left_out.toSorted()).toEqual(['code_interpreter', 'mcp', 'web_search']);
  expect((await send(first, 'gpt-other')).status).toBe(202);
  const sent = JSON.parse((await upstream.request(1)).body.toString());
  expect(sent.tools).toEqual([run]);
  expect(sent.input).toEqual([{ ...input[0], tools: [run] }, input[1]]);
  expect(sent).not.toHaveProperty('tool_choice');
});

it('asks over HTTP for what came as a message over WebSocket', async () => {
  const { upstream, gateway, send } = await setUp();
  const { id } = recordExchange(gateway.recorder, {
    requestBody: JSON.stringify({ type: 'response.create', model: 'gpt-test', input: 'hi' }),
    record: { transport: 'websocket', method: 'GET' },
  });
  await gateway.records();
  expect((await send(id, 'gpt-other')).status).toBe(202);
  expect(JSON.parse((await upstream.request(0)).body.toString())).toEqual({
    model: 'gpt-other',
    input: 'hi',
    stream: true,
  });
});

it('refuses readably what the log does not hold whole, and sends nothing', async () => {
  const { upstream, gateway, send } = await setUp();
  const record = (requestBody: string | undefined, more: object = {}, path = '/v1/responses'): string => {
    const sample = { ...(requestBody !== undefined && { requestBody }), path, record: more };
    const exchange = openExchange(gateway.recorder, sample);
    closeExchange(exchange, sample);
    return exchange.id;
  };
  const cases = [
    [record(undefined), /did not keep its body/],
    [record('{"model":"m","input":"h', { request: { bodyBytes: 40 } }), /another length/],
    [record('{"model":"m","previous_response_id":"resp_1","input":[]}'), /holds only what was new/],
    [record('{"model":"m","generate":false,"input":[]}'), /asked for no answer/],
    [record('not JSON'), /not a JSON object/],
    [record('{"model":"m"}', {}, '/v1/embeddings'), /only requests of the Responses/],
  ] as const;
  await gateway.records();
  for (const [id, message] of cases) {
    const response = await send(id, 'gpt-other');
    expect([id, response.status]).toEqual([id, 409]);
    expect(await messageOf(response)).toMatch(message);
    expect((await askAdmin(gateway.port, `audit/log/${id}/again`)).status).toBe(409);
  }
  const { id } = recordExchange(gateway.recorder, { requestBody: '{"model":"m","input":"hi"}' });
  await gateway.records();
  for (const model of [undefined, '', 7, 'x'.repeat(201)]) expect((await send(id, model)).status).toBe(400);
  expect((await send('req_00000000000000000000000000', 'm')).status).toBe(404);
  expect(upstream.requests).toHaveLength(0);
});

it('spends by the key of whoever clicked, and a spent budget refuses it as any other request', async () => {
  const dataDir = pricedFolder();
  const desk = openDesk(dataDir);
  const member = await desk.create({ name: 'anna', role: 'member', userPath: '/team', bodies: 'own' });
  const other = await desk.create({ name: 'bert', role: 'member', userPath: '/team', bodies: 'own' });
  const { upstream, gateway, send, ids } = await setUp({
    dataDir,
    env: { GOMODEL_MASTER_KEY: MASTER_KEY, SET_BUDGET_TEAM: 'daily=0.35' },
  });
  const bearer = (text: string) => ({ authorization: `Bearer ${text}` });
  await (await ask(gateway, bearer(member.text))).text();
  const [first = ''] = await ids();
  const denied = await send(first, 'gpt-other', bearer(other.text));
  expect(denied.status).toBe(403);
  expect(await messageOf(denied)).toMatch(/may not read this request/);
  expect((await send(first, 'gpt-other', bearer(member.text))).status).toBe(202);
  await gateway.records();
  // $0.20 each: the second one has passed $0.35.
  const third = await send(first, 'gpt-other', bearer(member.text));
  expect(third.status).toBe(202);
  const records = await gateway.records();
  expect(records.map(({ keyId, userPath, status }) => [keyId, userPath, status])).toEqual([
    [member.key.id, '/team', 200],
    [member.key.id, '/team', 200],
    [member.key.id, '/team', 429],
  ]);
  expect(records[2]?.error?.code).toBe('budget_exceeded');
  expect(upstream.requests).toHaveLength(2);
});

it('lets nobody in by a ticket that it did not issue', async () => {
  const { upstream, gateway } = await setUp({ env: { GOMODEL_MASTER_KEY: MASTER_KEY } });
  const told = Buffer.from(JSON.stringify({ sentAgainOf: 'req_x', endsAtMs: 9e15 })).toString('base64url');
  for (const ticket of ['', 'x', `${told}.`, `${told}.${'A'.repeat(43)}`, 'y'.repeat(5_000)]) {
    const response = await ask(gateway, { [TICKET_HEADER]: ticket });
    expect(response.status).toBe(401);
    await response.text();
  }
  expect(upstream.requests).toHaveLength(0);
});
