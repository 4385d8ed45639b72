import { describe, expect, it, onTestFinished } from 'vitest';
import { startWorkersGateway } from '../../support/gateway/start-workers.ts';
import { askModel, collectorForTest, OK, setUpTelemetry } from '../../support/otlp/gateway-with-collector.ts';
import type { Answering } from '../../support/otlp/start-collector.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const TRACES = '/v1/traces';
const LOGS = '/v1/logs';
const METRICS = '/v1/metrics';

interface Readiness {
  readonly status: string;
  readonly telemetry?: Readonly<
    Record<string, { waiting: number; dropped: Record<string, number>; trouble?: string }>
  >;
}

const readReadiness = async (port: number): Promise<Readiness> =>
  (await fetch(`http://127.0.0.1:${port}/readyz`)).json() as Promise<Readiness>;

describe('logs', () => {
  it('are one record for each exchange, with the ids of its span', async () => {
    const { collector, gateway } = await setUpTelemetry({ OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip' });
    await askModel(gateway.v1, { 'session-id': 's-1' });
    const [log] = await collector.until(LOGS, 1);
    const [server] = await collector.until(TRACES, 2);
    expect(log).toMatchObject({
      eventName: 'gomodel.exchange',
      severityText: 'INFO',
      traceId: server?.traceId,
      spanId: server?.spanId,
      attributes: {
        'session.id': 's-1',
        'gen_ai.request.model': 'gpt-5.5',
        'http.response.status_code': 200,
      },
    });
    expect(collector.exports[0]?.headers['content-encoding']).toBe('gzip');
  });
});

describe('metrics', () => {
  it('count what was used under the names of the conventions, old and new, and never by session', async () => {
    const { collector, gateway } = await setUpTelemetry();
    for (let count = 0; count < 3; count++) await askModel(gateway.v1, { 'session-id': `s-${count}` });
    const records = await gateway.records();
    await gateway.close(0);
    const metrics = new Map(collector.items(METRICS).map((metric) => [metric.name, metric]));
    const input = records.reduce((sum, { usage }) => sum + (usage?.inputTokens ?? 0), 0);
    expect(metrics.get('gen_ai.client.inference.usage.input_tokens')).toMatchObject({
      unit: '{token}',
      sum: { isMonotonic: true, dataPoints: [{ asInt: String(input) }] },
    });
    for (const name of ['gen_ai.client.inference.duration', 'gen_ai.client.operation.duration']) {
      expect(metrics.get(name)).toMatchObject({ unit: 's', histogram: { dataPoints: [{ count: '3' }] } });
    }
    expect(metrics.get('gen_ai.client.token.usage')).toMatchObject({
      histogram: { dataPoints: [{ count: '3' }, { count: '3' }] },
    });
    expect(JSON.stringify([...metrics.values()])).not.toContain('s-1');
  });
});

const hang: Answering = () => {};

const AILMENTS: readonly (readonly [ailment: string, answer: Answering, dropped: string])[] = [
  ['hangs', hang, 'queue_full'],
  ['answers 500', 500, 'refused'],
  ['answers 503', 503, 'queue_full'],
  ['breaks off', (response) => void response.destroy(), 'queue_full'],
];

describe('while a collector', () => {
  it.each(AILMENTS)('%s, requests are served and readiness stays', async (_name, answer, dropped) => {
    const { collector, gateway } = await setUpTelemetry({
      OTEL_LOGS_EXPORTER: 'none',
      OTEL_METRICS_EXPORTER: 'none',
      OTEL_BSP_MAX_EXPORT_BATCH_SIZE: '2',
      OTEL_BSP_MAX_QUEUE_SIZE: '4',
    });
    collector.answerAll(answer);
    for (let count = 0; count < 4; count++) expect((await askModel(gateway.v1)).status).toBe(200);
    await expect
      .poll(async () => (await readReadiness(gateway.port)).telemetry?.traces?.dropped[dropped])
      .toBeGreaterThan(0);
    expect((await readReadiness(gateway.port)).status).toBe('ready');
    collector.answerAll(undefined);
  });
});

it('what could not be sent is counted for Prometheus', async () => {
  const { collector, gateway } = await setUpTelemetry({
    METRICS_ENABLED: 'true',
    OTEL_LOGS_EXPORTER: 'none',
    OTEL_METRICS_EXPORTER: 'none',
  });
  collector.answerAll(400);
  await askModel(gateway.v1);
  const read = async (): Promise<string> => (await fetch(`http://127.0.0.1:${gateway.port}/metrics`)).text();
  await expect.poll(read).toContain('gomodel_telemetry_dropped_total{signal="traces",reason="refused"} 2\n');
  expect(await read()).toContain('gomodel_telemetry_waiting{signal="traces"} 0\n');
});

it('a redirect does not take the credential elsewhere', async () => {
  const elsewhere = await collectorForTest();
  const { collector, gateway } = await setUpTelemetry({ OTEL_EXPORTER_OTLP_HEADERS: 'api-key=secret' });
  collector.answerAll(
    (response) => void response.writeHead(307, { location: `${elsewhere.url}/v1/traces` }).end(),
  );
  await askModel(gateway.v1);
  await expect
    .poll(async () => (await readReadiness(gateway.port)).telemetry?.traces?.dropped.refused)
    .toBe(2);
  expect(elsewhere.exports).toEqual([]);
});

it('the last word of a gateway is sent when it stops, and no collector that hangs keeps it', async () => {
  const patient = await setUpTelemetry({ OTEL_BSP_SCHEDULE_DELAY: '3600000' });
  await askModel(patient.gateway.v1);
  await patient.gateway.close(0);
  expect(patient.collector.items(TRACES)).toHaveLength(2);

  const stuck = await setUpTelemetry({}, OK, { timeouts: { telemetryFlushMs: 50 } });
  stuck.collector.answerAll(hang);
  await askModel(stuck.gateway.v1);
  await stuck.gateway.close(0);
});

it('several processes tell what happens in all of them, each exchange once', async () => {
  const upstream = await startUpstream(OK);
  onTestFinished(() => upstream.close());
  const collector = await collectorForTest();
  const gateway = await startWorkersGateway(2, {
    upstreamUrl: upstream.url,
    env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url, OTEL_BSP_SCHEDULE_DELAY: '10' },
  });
  const v1 = gateway.url.replace('localhost', '127.0.0.1');
  await Promise.all(Array.from({ length: 20 }, () => askModel(v1)));
  const spans = await collector.until(TRACES, 40);
  const ids = spans.map(({ attributes }) => attributes['gomodel.exchange.id']).filter(Boolean);
  expect(new Set(ids).size).toBe(20);
  expect(new Set(spans.map(({ resource }) => resource['service.instance.id'])).size).toBe(1);
});
