import { describe, expect, it, onTestFinished } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { type Collector, startCollector } from '../../support/otlp/start-collector.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import type { Script } from '../../support/upstream/script.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const OK: Script = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) };
const TRACES = '/v1/traces';
const TRACEPARENT = '00-0af7651916cd43dd8448eb211c80319c-b7ad6b7169203331-01';

const setUp = async (env: Readonly<Record<string, string>> = {}, script: Script = OK) => {
  const upstream = await startUpstream(script);
  const collector = await startCollector();
  onTestFinished(async () => {
    await upstream.close();
    await collector.close();
  });
  const gateway = await composeGateway(upstream.url, {
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '10', ...env },
  });
  return { upstream, collector, gateway };
};

const ask = async (v1: string, headers: Record<string, string> = {}): Promise<Response> => {
  const response = await fetch(`${v1}/responses`, {
    method: 'POST',
    headers: { 'content-type': 'application/json', ...headers },
    body: JSON.stringify({ model: 'gpt-5.5', input: 'x', stream: true }),
  });
  await response.text();
  return response;
};

const spansOf = async (collector: Collector, count: number) => {
  const spans = await collector.until(TRACES, count);
  return { server: spans.find(({ kind }) => kind === 2), clients: spans.filter(({ kind }) => kind === 3) };
};

describe.each(['http/protobuf', 'http/json'])('over %s', (protocol) => {
  it("a request is a span below the client's, with the one to the provider below it", async () => {
    const { collector, gateway, upstream } = await setUp({
      OTEL_EXPORTER_OTLP_PROTOCOL: protocol,
      OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret%20word,x-team=blue',
      OTEL_RESOURCE_ATTRIBUTES: 'deployment.environment=test',
    });
    const headers = {
      traceparent: TRACEPARENT,
      'session-id': 'session-1',
      'x-gomodel-user-path': '/team/alpha',
    };
    expect((await ask(gateway.v1, headers)).status).toBe(200);
    const { server, clients } = await spansOf(collector, 2);
    const [record] = await gateway.records();
    expect(server).toMatchObject({
      traceId: '0af7651916cd43dd8448eb211c80319c',
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
