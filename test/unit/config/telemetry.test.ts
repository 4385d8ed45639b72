import { describe, expect, it } from 'vitest';
import { explainConfig } from '../../../src/config/explain-config.ts';
import { type LoadConfigSources, loadConfig } from '../../../src/config/load-config.ts';
import { describeTelemetry } from '../../../src/config/read-telemetry.ts';
import { listSecrets } from '../../../src/server/list-secrets.ts';

const load = (env: LoadConfigSources['env'], more: Partial<LoadConfigSources> = {}) =>
  loadConfig({ flags: {}, env, dotenv: {}, dataDir: '/data', ...more });

const COLLECTOR = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://collector:4318/base/' };

const addressesOf = (env: LoadConfigSources['env']) =>
  Object.fromEntries(
    Object.entries(load(env).telemetry?.targets ?? {}).map(([signal, { url }]) => [signal, url.href]),
  );

describe('where telemetry goes', () => {
  it('is nowhere, unless somebody says so', () => {
    expect(load({}).telemetry).toBeUndefined();
    expect(load({ OTEL_SERVICE_NAME: 'x', OTEL_EXPORTER_OTLP_HEADERS: 'a=b' }).telemetry).toBeUndefined();
    expect(load({ ...COLLECTOR, OTEL_SDK_DISABLED: 'TRUE' }).telemetry).toBeUndefined();
  });

  it('is below the address of all signals, or the address of one as it stands', () => {
    expect(addressesOf({ ...COLLECTOR, OTEL_EXPORTER_OTLP_LOGS_ENDPOINT: 'https://logs.example/x' })).toEqual(
      {
        traces: 'http://collector:4318/base/v1/traces',
        logs: 'https://logs.example/x',
        metrics: 'http://collector:4318/base/v1/metrics',
      },
    );
    expect(
      addressesOf({ ...COLLECTOR, OTEL_TRACES_EXPORTER: 'none', OTEL_LOGS_EXPORTER: 'console' }),
    ).toEqual({
      metrics: 'http://collector:4318/base/v1/metrics',
    });
  });

  it('is said for people, without a password', () => {
    const env = { OTEL_EXPORTER_OTLP_ENDPOINT: 'http://user:secret@collector:4318' };
    expect(describeTelemetry(load(env).telemetry)).toEqual([
      'traces, logs, metrics to http://collector:4318 (OTEL_EXPORTER_OTLP_ENDPOINT)',
    ]);
  });

  it('is never the gateway itself, whose address its clients have in the same variable', () => {
    const { telemetry, notices } = load({ OTEL_EXPORTER_OTLP_ENDPOINT: 'http://127.0.0.1:8080' });
    expect(telemetry).toBeUndefined();
    expect(notices[0]).toContain('OTEL_EXPORTER_OTLP_ENDPOINT is the gateway itself');
  });
});

describe('what the shell has for other programs', () => {
  it.each([
    [{ OTEL_EXPORTER_OTLP_PROTOCOL: 'grpc' }, /PROTOCOL is grpc/],
    [{ OTEL_EXPORTER_OTLP_ENDPOINT: 'collector:4317' }, /ENDPOINT is not an http\(s\) address/],
  ])('and the gateway cannot do leaves it without telemetry: %j', (env, notice) => {
    const { telemetry, notices } = load({ ...COLLECTOR, ...env });
    expect(telemetry).toBeUndefined();
    expect(notices[0]).toMatch(notice);
  });

  it.each([
    [{ OTEL_TRACES_SAMPLER: 'jaeger_remote' }, /no sampler that the gateway knows/],
    [{ OTEL_EXPORTER_OTLP_TIMEOUT: 'soon' }, /TIMEOUT is not a number/],
    [{ OTEL_BSP_MAX_QUEUE_SIZE: '-1' }, /MAX_QUEUE_SIZE is not a number/],
  ])('and is malformed counts as absent: %j', (env, notice) => {
    const { telemetry, notices } = load({ ...COLLECTOR, ...env });
    expect(telemetry?.targets.traces).toMatchObject({ timeoutMs: 10_000, maxWaiting: 2_048 });
    expect(telemetry?.sampling).toEqual({ followsParent: true, ratio: 1 });
    expect(notices[0]).toMatch(notice);
  });

  it('and can be used is used', () => {
    const { telemetry } = load({
      ...COLLECTOR,
      OTEL_EXPORTER_OTLP_HEADERS: 'Authorization=Basic%20YTpi,X-Team=blue, bad name=x,host=evil',
      OTEL_EXPORTER_OTLP_METRICS_HEADERS: 'x-own=1',
      OTEL_EXPORTER_OTLP_COMPRESSION: 'gzip',
      OTEL_EXPORTER_OTLP_TRACES_PROTOCOL: 'http/json',
      OTEL_TRACES_SAMPLER: 'traceidratio',
      OTEL_TRACES_SAMPLER_ARG: '0.25',
      OTEL_RESOURCE_ATTRIBUTES: 'service.name=other,team=a%2Cb',
      OTEL_SERVICE_NAME: 'mine',
    });
    expect(telemetry).toMatchObject({
      targets: {
        traces: { headers: { authorization: 'Basic YTpi', 'x-team': 'blue' }, compresses: true },
        metrics: { headers: { 'x-own': '1' }, protocol: 'http/protobuf' },
      },
      resource: { 'service.name': 'mine', team: 'a,b' },
      sampling: { followsParent: false, ratio: 0.25 },
    });
    expect(telemetry?.targets.traces?.headers).not.toHaveProperty('host');
    expect(telemetry?.targets.traces?.protocol).toBe('http/json');
  });
});

it('is in the list of settings, with where it came from', () => {
  const sources = { flags: {}, env: COLLECTOR, dotenv: {}, dataDir: '/data' };
  const rows = explainConfig(sources, { dataDir: 'default', file: 'default' });
  expect(rows.find(({ name }) => name === 'telemetry.logs')).toMatchObject({
    value: 'http://collector:4318/base/v1/logs',
    origin: 'OTEL_EXPORTER_OTLP_ENDPOINT',
  });
});

it('keeps the credential of a collector out of everything that is written', () => {
  const env = { ...COLLECTOR, OTEL_EXPORTER_OTLP_HEADERS: 'api-key=very-secret-word,x-team=blue' };
  expect(listSecrets(load(env))).toContain('very-secret-word');
  expect(listSecrets(load(env))).not.toContain('blue');
});

it('takes neither a collector nor its credential from a file of the working folder', () => {
  const { telemetry, notices } = load({}, { dotenv: { ...COLLECTOR, OTEL_EXPORTER_OTLP_HEADERS: 'a=b' } });
  expect(telemetry).toBeUndefined();
  expect(notices).toHaveLength(2);
  const dotenvFile = { name: '/etc/gomodel.env', source: 'named_file' } as const;
  expect(load({}, { dotenv: COLLECTOR, dotenvFile }).telemetry).toBeDefined();
});
