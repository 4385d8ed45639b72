import { describe, expect, it, onTestFinished } from 'vitest';
import { runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { startCollector } from '../support/otlp/start-collector.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { CODEX_WAYS, OVER_WEBSOCKET } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();
const VERSION = '0.171.0';
const TRACES = '/v1/traces';
const SERVER = 2;

const collectorForTest = async () => {
  const collector = await startCollector();
  onTestFinished(() => collector.close());
  return collector;
};

const WAYS = CODEX_WAYS.filter(([name]) => name === 'with a key' || name === OVER_WEBSOCKET);

describe(`Codex ${VERSION} and the gateway, told to one collector`, () => {
  it.each(WAYS)("Codex's own span is the parent of ours: %s", async (name, run) => {
    const collector = await collectorForTest();
    const { gateway } = await stage.setUp(
      { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
      {
        masterKey: MASTER_KEY,
        env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '10' },
      },
    );
    const { configToml = '', ...rest } = run(gateway, MASTER_KEY);
    await runCodex({
      ...rest,
      configToml: `${configToml}\n[otel]\ntrace_exporter = { otlp-http = { endpoint = "${collector.url}/v1/traces", protocol = "binary" } }\n`,
      version: VERSION,
      prompt: 'Reply with exactly ok.',
    });
    const [record] = await endedRequests(gateway, 1);
    await gateway.stop();
    const spans = collector.items(TRACES);
    const ours = spans.find(({ attributes }) => attributes['gomodel.exchange.id'] === record?.id);
    const parent = spans.find(({ spanId }) => spanId === ours?.parentSpanId);
    expect(ours).toMatchObject({ kind: SERVER, resource: { 'service.name': 'gomodel-ts' } });
    expect(record?.transport).toBe(name === OVER_WEBSOCKET ? 'websocket' : 'http');
    expect(parent?.traceId).toBe(ours?.traceId);
    expect(parent?.resource['service.name']).not.toBe('gomodel-ts');
    expect(ours?.attributes['gen_ai.conversation.id']).toBe(record?.client.threadId);
  });
});
