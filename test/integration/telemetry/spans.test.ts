import { describe, expect, it } from 'vitest';
import { askModel, OK, setUpTelemetry } from '../../support/otlp/gateway-with-collector.ts';
import type { Collector } from '../../support/otlp/start-collector.ts';

const TRACES = '/v1/traces';
const TRACE_ID = '0af7651916cd43dd8448eb211c80319c';
const TRACEPARENT = `00-${TRACE_ID}-b7ad6b7169203331-01`;

const spansOf = async (collector: Collector, count: number) => {
  const spans = await collector.until(TRACES, count);
  return { server: spans.find(({ kind }) => kind === 2), clients: spans.filter(({ kind }) => kind === 3) };
};

describe.each(['http/protobuf', 'http/json'])('over %s', (protocol) => {
  it("a request is a span below the client's, with the one to the provider below it", async () => {
    const { collector, gateway, upstream } = await setUpTelemetry({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret%20word,x-team=blue',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    });
    const headers = {
      traceparent: TRACEPARENT,
      'session-id': 'session-1',
      'x-gomodel-user-path': '/team/alpha',
    };
    expect((await askModel(gateway.v1, headers)).status).toBe(200);
    const { server, clients } = await spansOf(collector, 2);
    const [record] = await gateway.records();
    expect(server).toMatchObject({
      traceId: TRACE_ID,
      parentSpanId: 'b7ad6b7169203331',
      name: 'POST /v1/responses',
      resource: { 'service.name': 'gomodel-ts', 'deployment.environment': 'test' },
      attributes: {
        'gomodel.exchange.id': record?.id,
        'gomodel.user_path': '/team/alpha',
        'http.response.status_code': 200,
        'session.id': 'session-1',
      },
    });
    expect(clients).toMatchObject([
      {
        traceId: server?.traceId,
        parentSpanId: server?.spanId,
        name: 'chat gpt-5.5',
        attributes: {
          'gen_ai.operation.name': 'chat',
          'gen_ai.provider.name': 'openai',
          'gen_ai.system': 'openai',
          'gen_ai.request.model': 'gpt-5.5',
          'gen_ai.response.model': record?.model,
          'gen_ai.response.id': record?.responseId,
          'gen_ai.response.finish_reasons': ['stop'],
          'gen_ai.usage.input_tokens': record?.usage?.inputTokens,
          'gen_ai.conversation.id': 'session-1',
          'server.address': '127.0.0.1',
        },
      },
    ]);
    const [first] = collector.exports;
    expect(first?.headers).toMatchObject({ 'api-key': 'secret word', 'x-team': 'blue' });
    expect(upstream.requests[0]?.headers.traceparent).toBe(TRACEPARENT);
  });
});

const BUSY = { kind: 'json', status: 503, body: { error: { code: 'busy', message: 'later' } } } as const;

it('each try at a provider is a span of its own, and the last one says what it used', async () => {
  const failover = {
    attempts: 3,
    initialBackoffMs: 1,
    maxBackoffMs: 2,
    breaker: { failures: 0, pauseMs: 1 },
  };
  const { collector, gateway, upstream } = await setUpTelemetry({}, BUSY, {
    configure: (config) => ({ ...config, failover }),
  });
  upstream.play([BUSY, OK]);
  await askModel(gateway.v1);
  const { server, clients } = await spansOf(collector, 3);
  expect(clients).toMatchObject([
    { status: { code: 2 }, attributes: { 'error.type': 'busy', 'http.response.status_code': 503 } },
    { attributes: { 'http.response.status_code': 200, 'gen_ai.response.finish_reasons': ['stop'] } },
  ]);
  expect(clients[0]?.attributes).not.toHaveProperty('gen_ai.usage.input_tokens');
  expect(clients[1]?.attributes).toHaveProperty('gen_ai.usage.input_tokens');
  const timesOf = (span: unknown): bigint[] => {
    const { startTimeUnixNano, endTimeUnixNano } = span as Record<string, string>;
    return [BigInt(startTimeUnixNano ?? 0), BigInt(endTimeUnixNano ?? 0)];
  };
  const [first = [], second = []] = clients.map(timesOf);
  expect([first, second, timesOf(server)].every(([start = 0n, end = 0n]) => start <= end)).toBe(true);
  expect(Number(second[0]) >= Number(first[1])).toBe(true);
  expect(timesOf(server)[1]).toBe(second[1]);
});

it('a request that fails says why, on both its spans', async () => {
  const { collector, gateway } = await setUpTelemetry({}, { ...BUSY, status: 500 });
  await askModel(gateway.v1);
  const { server, clients } = await spansOf(collector, 2);
  for (const span of [server, ...clients]) {
    expect(span).toMatchObject({ status: { code: 2 }, attributes: { 'error.type': 'busy' } });
  }
});

it('a request that the gateway refuses has one span, and one that is not let in has none', async () => {
  const key = 'gm-a-key-of-this-gateway';
  const { collector, gateway } = await setUpTelemetry({ GOMODEL_MASTER_KEY: key, SET_BUDGET: 'daily=0' });
  expect((await askModel(gateway.v1)).status).toBe(401);
  const authorization = `Bearer ${key}`;
  await askModel(gateway.v1, { authorization });
  const { server, clients } = await spansOf(collector, 1);
  expect(server?.attributes['error.type']).toBe('budget_exceeded');
  expect(clients).toEqual([]);
  await gateway.close(0);
  expect(collector.items(TRACES)).toHaveLength(1);
});

it('a trace that its client does not record is not recorded here, unless the sampler says so', async () => {
  const unsampled = { traceparent: TRACEPARENT.replace(/01$/, '00') };
  const following = await setUpTelemetry();
  await askModel(following.gateway.v1, unsampled);
  await askModel(following.gateway.v1);
  await following.gateway.close(0);
  expect(following.collector.items(TRACES)).toHaveLength(2);
  const always = await setUpTelemetry({ OTEL_TRACES_SAMPLER: 'always_on' });
  await askModel(always.gateway.v1, unsampled);
  expect((await spansOf(always.collector, 2)).server?.traceId).toBe(TRACE_ID);
});

it('only the newest names are there where those alone are wanted', async () => {
  const { collector, gateway } = await setUpTelemetry({
    OTEL_SEMCONV_STABILITY_OPT_IN: 'http,gen_ai_latest_experimental',
  });
  await askModel(gateway.v1);
  const { clients } = await spansOf(collector, 2);
  expect(clients[0]?.attributes).toHaveProperty(['gen_ai.provider.name']);
  expect(clients[0]?.attributes).not.toHaveProperty(['gen_ai.system']);
});
