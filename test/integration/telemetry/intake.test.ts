import { gzipSync } from 'node:zlib';
import { describe, expect, it } from 'vitest';
import type { PromptTurn } from '../../../src/admin/api-types/turns.ts';
import { encodeMessage } from '../../../src/telemetry/otlp/encode-message.ts';
import { LOGS, TRACES } from '../../../src/telemetry/otlp/messages.ts';
import { MASTER_KEY, type RunningGateway } from '../../support/gateway/compose-gateway.ts';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { openDesk } from '../../support/guard/open-desk.ts';
import { askModel, collectorForTest, OK, setUpTelemetry } from '../../support/otlp/gateway-with-collector.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const SESSION = 'session-of-the-test';
const JSON_TYPE = { 'content-type': 'application/json' };
const PROTOBUF_TYPE = { 'content-type': 'application/x-protobuf' };

const attributes = (values: Readonly<Record<string, string>>) =>
  Object.entries(values).map(([key, stringValue]) => ({ key, value: { stringValue } }));

/** What Codex says of a tool, as 0.171.0 does. */
const toolResult = (more: Readonly<Record<string, string>> = {}, traceId?: string) => ({
  timeUnixNano: '0',
  attributes: attributes({
    'event.name': 'codex.tool_result',
    'event.timestamp': new Date().toISOString(),
    'conversation.id': SESSION,
    tool_name: 'exec_command',
    call_id: 'call_1',
    duration_ms: '313',
    success: 'true',
    output: 'what nobody keeps here',
    ...more,
  }),
  ...(traceId !== undefined && { traceId }),
});

const logsOf = (...logRecords: object[]) => ({
  resourceLogs: [
    { resource: { attributes: attributes({ 'service.name': 'codex_exec' }) }, scopeLogs: [{ logRecords }] },
  ],
});

const send = (
  { v1 }: Pick<RunningGateway, 'v1'>,
  signal: string,
  body: string | Uint8Array<ArrayBuffer>,
  headers: Readonly<Record<string, string>> = JSON_TYPE,
) => fetch(`${v1}/${signal}`, { method: 'POST', body, headers });

const turnsOf = async (
  { v1 }: Pick<RunningGateway, 'v1'>,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly PromptTurn[]> => {
  const url = `${new URL(v1).origin}/admin/api/v1/audit/turns?session=${SESSION}`;
  return ((await (await fetch(url, { headers })).json()) as { turns: PromptTurn[] }).turns;
};

const askAs = (v1: string, turn: string, more: Readonly<Record<string, string>> = {}) =>
  askModel(v1, {
    'session-id': SESSION,
    'thread-id': SESSION,
    'x-codex-turn-metadata': JSON.stringify({ turn_id: turn }),
    ...more,
  });

describe('what a client sends', () => {
  it.each([
    ['JSON', JSON_TYPE, (message: object) => Buffer.from(JSON.stringify(message)), '{}'],
    ['Protocol Buffers', PROTOBUF_TYPE, (message: object) => encodeMessage(LOGS, { ...message }), ''],
    [
      'gzip',
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      (message: object) => gzipSync(JSON.stringify(message)),
      '{}',
    ],
  ])(
    'as %s is taken, told in the story, and passed on as it came',
    async (_name, headers, encode, answer) => {
      const { gateway, collector, upstream } = await setUpTelemetry();
      await askAs(gateway.v1, 'turn-1');
      const body = encode(logsOf(toolResult()));
      const response = await send(gateway, 'logs', new Uint8Array(body), headers);
      expect([response.status, await response.text()]).toEqual([200, answer]);
      expect(response.headers.get('content-type')).toBe(headers['content-type']);
      const [turn] = await turnsOf(gateway);
      expect(turn?.tool_uses).toMatchObject([
        { tool: 'exec_command', call_id: 'call_1', success: true, duration_ms: 313 },
      ]);
      expect(JSON.stringify(turn)).not.toContain('what nobody keeps here');
      await expect.poll(() => collector.exports.some((one) => one.body.equals(body))).toBe(true);
      // It is no request for a model.
      expect(upstream.requests).toHaveLength(1);
      expect(await gateway.records()).toHaveLength(1);
    },
  );

  it('joins the turn whose trace it lies in, and else the one that had begun by then', async () => {
    const { gateway } = await setUpTelemetry();
    const traceId = '0af7651916cd43dd8448eb211c80319c';
    await askAs(gateway.v1, 'turn-1', { traceparent: `00-${traceId}-b7ad6b7169203331-01` });
    await askAs(gateway.v1, 'turn-2');
    const late = toolResult({ call_id: 'of-the-trace' }, traceId);
    const decided = {
      attributes: attributes({
        'event.name': 'codex.tool_decision',
        'event.timestamp': new Date().toISOString(),
        'conversation.id': SESSION,
        tool_name: 'exec_command',
        call_id: 'of-the-time',
        decision: 'denied',
        source: 'User',
      }),
    };
    await send(
      gateway,
      'logs',
      JSON.stringify(logsOf(late, decided, toolResult({ call_id: 'of-the-time' }))),
    );
    const turns = await turnsOf(gateway);
    expect(turns.map(({ turn_id: id, tool_uses: uses }) => [id, uses?.map((use) => use.call_id)])).toEqual([
      ['turn-1', ['of-the-trace']],
      ['turn-2', ['of-the-time']],
    ]);
    expect(turns[1]?.tool_uses).toMatchObject([{ decision: 'denied', decided_by: 'User', success: true }]);
  });

  it('is taken where nobody has a collector, too', async () => {
    const { gateway } = await setUpTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    for (const signal of ['traces', 'metrics', 'logs']) {
      expect((await send(gateway, signal, '{}')).status).toBe(200);
      expect((await send(gateway, signal, '', PROTOBUF_TYPE)).status).toBe(200);
    }
  });
});

describe('the door', () => {
  it('asks for the same key as models do, and keeps out pages of others', async () => {
    const { gateway } = await setUpTelemetry({ GOMODEL_MASTER_KEY: MASTER_KEY });
    const key = { authorization: `Bearer ${MASTER_KEY}` };
    expect((await send(gateway, 'logs', '{}')).status).toBe(401);
    expect((await send(gateway, 'logs', '{}', { ...JSON_TYPE, ...key })).status).toBe(200);
    const open = await setUpTelemetry();
    const foreign = { ...JSON_TYPE, origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' };
    expect((await send(open.gateway, 'logs', '{}', foreign)).status).toBe(403);
    expect((await fetch(`${open.gateway.v1}/logs`)).status).toBe(405);
  });

  it('lets nobody write into the session of another key', async () => {
    const dataDir = createTemporaryFolder('intake');
    const desk = openDesk(dataDir);
    const anna = await desk.create({ name: 'anna', userPath: '/team/alpha' });
    const bert = await desk.create({ name: 'bert', userPath: '/team/alpha' });
    const { gateway } = await setUpTelemetry({ GOMODEL_MASTER_KEY: MASTER_KEY }, OK, { dataDir });
    const bearer = (key: string) => ({ authorization: `Bearer ${key}` });
    await askAs(gateway.v1, 'turn-1', bearer(anna.text));
    const forged = JSON.stringify(logsOf(toolResult({ call_id: 'forged' })));
    expect((await send(gateway, 'logs', forged, { ...JSON_TYPE, ...bearer(bert.text) })).status).toBe(200);
    const own = JSON.stringify(logsOf(toolResult({ call_id: 'own' })));
    await send(gateway, 'logs', own, { ...JSON_TYPE, ...bearer(anna.text) });
    const turns = await turnsOf(gateway, bearer(MASTER_KEY));
    expect(turns[0]?.tool_uses?.map((use) => use.call_id)).toEqual(['own']);
  });

  it.each([
    ['no JSON', 'logs', '{', JSON_TYPE, 400],
    ['another form', 'logs', '{"resourceLogs":{}}', JSON_TYPE, 400],
    ['bytes that are no message', 'traces', new Uint8Array([255, 255, 255]), PROTOBUF_TYPE, 400],
    ['another type', 'logs', 'x', { 'content-type': 'text/plain' }, 400],
    ['an unknown coding', 'logs', '{}', { ...JSON_TYPE, 'content-encoding': 'lzma' }, 415],
    ['a broken coding', 'logs', '{}', { ...JSON_TYPE, 'content-encoding': 'gzip' }, 400],
    ['too many bytes', 'logs', ' '.repeat(8 * 2 ** 20 + 1), JSON_TYPE, 413],
    [
      'what decodes to too many bytes',
      'logs',
      new Uint8Array(gzipSync(Buffer.alloc(8 * 2 ** 20 + 1, ' '))),
      { ...JSON_TYPE, 'content-encoding': 'gzip' },
      413,
    ],
    [
      'more parts than are kept',
      'traces',
      new Uint8Array(Buffer.alloc(400_004).fill(Buffer.from([10, 0]))),
      PROTOBUF_TYPE,
      400,
    ],
  ] as const)('refuses %s', async (_name, signal, body, headers, status) => {
    const { gateway, collector } = await setUpTelemetry();
    expect((await send(gateway, signal, body, headers)).status).toBe(status);
    expect((await send(gateway, signal, '', PROTOBUF_TYPE)).status).toBe(200);
    await expect.poll(() => collector.exports.length).toBe(1);
    expect(collector.exports[0]?.body).toHaveLength(0);
  });

  it('keeps what a client says short, and out of paths', async () => {
    const { gateway } = await setUpTelemetry({ OTEL_EXPORTER_OTLP_ENDPOINT: '' });
    await askAs(gateway.v1, 'turn-1');
    const strange = toolResult({ 'conversation.id': '../../etc/passwd', tool_name: 'x'.repeat(5_000) });
    const long = toolResult({ tool_name: 'y'.repeat(5_000) });
    const nameless = { attributes: [{ key: 'event.name' }, { key: 5 }, null, 'x'] };
    const message = logsOf(strange, long, nameless, { attributes: 'x' });
    expect((await send(gateway, 'logs', JSON.stringify(message))).status).toBe(200);
    const [turn] = await turnsOf(gateway);
    expect(turn?.tool_uses?.map(({ tool }) => tool)).toEqual(['y'.repeat(200)]);
  });
});

it('reaches the gateway through any of its processes', async () => {
  const collector = await collectorForTest();
  const gateway = await startWorkersGateway(2, { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } });
  const v1 = gateway.url.replace('localhost', '127.0.0.1');
  const body = encodeMessage(TRACES, {
    resourceSpans: [{ scopeSpans: [{ spans: [{ name: 'of a client' }] }] }],
  });
  for (let count = 0; count < 4; count++) {
    expect((await send({ v1 }, 'traces', new Uint8Array(body), PROTOBUF_TYPE)).status).toBe(200);
  }
  await expect.poll(() => collector.items('/v1/traces').length).toBe(4);
});
