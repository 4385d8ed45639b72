import { execFileSync, spawn, spawnSync } from 'node:child_process';
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findFreePort } from '../bench/find-free-port.ts';
import { composeGateway, MASTER_KEY, UPSTREAM_KEY } from '../support/gateway/compose-gateway.ts';
import { startWorkersGateway } from '../support/gateway/start-workers.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';

const OK: Answer = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) };

const playing = async (answer: Answer) => {
  const upstream = await startUpstream(answer);
  onTestFinished(() => upstream.close());
  return upstream;
};

const setUp = async (env: Readonly<Record<string, string>> = {}, answer: Answer = OK) => {
  const upstream = await playing(answer);
  return composeGateway(upstream.url, { env: { METRICS_ENABLED: 'true', ...env } });
};

const ask = async (v1: string, model = 'gpt-5.5', headers: Record<string, string> = {}): Promise<number> => {
  const body = JSON.stringify({ model, input: 'x', stream: true });
  const response = await fetch(`${v1}/responses`, {
    ...{ method: 'POST', body },
    headers: { 'content-type': 'application/json', ...headers },
  });
  await response.text();
  return response.status;
};

const read = async (port: number, path = '/metrics', init: RequestInit = {}) => {
  const response = await fetch(`http://127.0.0.1:${port}${path}`, init);
  return { status: response.status, type: response.headers.get('content-type'), text: await response.text() };
};

/** The samples of a metric, by its labels in their order. */
const samplesOf = (text: string, name: string): ReadonlyMap<string, number> =>
  new Map(
    text.split('\n').flatMap((line) => {
      const [, labels = '', value] = new RegExp(`^${name}(?:{(.*)})? (\\S+)$`).exec(line) ?? [];
      return value === undefined ? [] : [[labels, Number(value)] as const];
    }),
  );

const hasPrometheus = spawnSync('promtool', ['--version']).status === 0;

/** What `promtool check metrics` finds fault with. */
const lint = (text: string): string => {
  const { status, stdout, stderr } = spawnSync('promtool', ['check', 'metrics'], {
    input: text,
    encoding: 'utf8',
  });
  return status === 0 ? '' : stdout + stderr;
};

describe('the metrics', () => {
  it('are not there unless somebody wants them', async () => {
    const upstream = await playing(OK);
    const { port } = await composeGateway(upstream.url);
    expect((await read(port)).status).toBe(404);
  });

  it('count requests, tokens, cost, times and attempts, as the log has them', async () => {
    const gateway = await setUp();
    for (let count = 0; count < 3; count++) expect(await ask(gateway.v1)).toBe(200);
    const records = await gateway.records();
    const { status, type, text } = await read(gateway.port);
    expect([status, type]).toEqual([200, 'text/plain; version=0.0.4; charset=utf-8']);
    const labels = 'provider="openai",model="gpt-test",endpoint="/v1/responses",stream="true"';
    expect([...samplesOf(text, 'gomodel_requests_total')]).toEqual([
      [`${labels},status_code="200",status_type="success"`, 3],
    ]);
    const sum = (name: string): number =>
      [...samplesOf(text, name).values()].reduce((all, one) => all + one, 0);
    const total = (field: 'totalTokens'): number =>
      records.reduce((all, { usage }) => all + (usage?.[field] ?? 0), 0);
    expect(sum('gomodel_tokens_total')).toBe(total('totalTokens'));
    expect(samplesOf(text, 'gomodel_request_duration_seconds_count').get(labels)).toBe(3);
    expect(samplesOf(text, 'gomodel_time_to_first_byte_seconds_count').get(labels)).toBe(3);
    expect(sum('gomodel_overhead_seconds_count')).toBe(3);
    expect(samplesOf(text, 'gomodel_attempts_total').get('provider="openai",outcome="answered"')).toBe(3);
    expect(sum('gomodel_requests_in_flight')).toBe(0);
    expect(sum('gomodel_failures_total')).toBe(0);
    expect(sum('gomodel_log_lost_total')).toBe(0);
    expect(sum('gomodel_log_lag_seconds')).toBe(0);
    if (hasPrometheus) expect(lint(text)).toBe('');
  });

  it('show what runs, while it runs', async () => {
    const gateway = await setUp({}, { kind: 'hang' });
    const leaving = new AbortController();
    const body = JSON.stringify({ model: 'gpt-5.5', input: 'x', stream: true });
    const headers = { 'content-type': 'application/json' };
    const asked = fetch(`${gateway.v1}/responses`, { method: 'POST', body, headers, signal: leaving.signal });
    asked.catch(() => {});
    await expect
      .poll(async () => [...samplesOf((await read(gateway.port)).text, 'gomodel_requests_in_flight')])
      .toEqual([['provider="openai",endpoint="/v1/responses",stream="true"', 1]]);
    leaving.abort();
    await expect
      .poll(async () => samplesOf((await read(gateway.port)).text, 'gomodel_requests_in_flight').size)
      .toBe(0);
  });

  it('name the hop that failed, the breaker that opened, and what is left of a budget', async () => {
    const gateway = await setUp(
      { SET_BUDGET_TEAM__ALPHA: 'daily=10' },
      { kind: 'json', status: 500, body: { error: { message: 'no' } } },
    );
    await ask(gateway.v1);
    await gateway.records();
    const { text } = await read(gateway.port);
    expect([...samplesOf(text, 'gomodel_failures_total').keys()]).toEqual([
      'origin="upstream",code="http_500"',
    ]);
    expect([...samplesOf(text, 'gomodel_attempts_total').keys()]).toEqual([
      'provider="openai",outcome="refused"',
    ]);
    expect([...samplesOf(text, 'gomodel_budget_left')]).toEqual([
      ['scope="/team/alpha",child="",period="daily",unit="usd"', 10],
    ]);
    if (hasPrometheus) expect(lint(text)).toBe('');
  });

  it('are for whoever may read the log, wherever they are', async () => {
    const { port } = await setUp({ GOMODEL_MASTER_KEY: MASTER_KEY });
    const withKey = (key: string): RequestInit => ({ headers: { authorization: `Bearer ${key}` } });
    expect((await read(port)).status).toBe(401);
    expect((await read(port, '/metrics', withKey(UPSTREAM_KEY))).status).toBe(401);
    expect((await read(port, '/metrics', withKey(MASTER_KEY))).status).toBe(200);
    expect((await read(port, '/metrics', { ...withKey(MASTER_KEY), method: 'POST' })).status).toBe(405);
  });

  it('are refused to web pages of others and to rebound names, where no key is asked for', async () => {
    const { port } = await setUp();
    const foreign = { headers: { origin: 'https://evil.example', 'sec-fetch-site': 'cross-site' } };
    expect((await read(port, '/metrics', foreign)).status).toBe(403);
  });

  it('are where METRICS_ENDPOINT says', async () => {
    const { port } = await setUp({ METRICS_ENDPOINT: '/internal/prometheus' });
    expect((await read(port, '/internal/prometheus')).status).toBe(200);
    expect((await read(port)).status).toBe(404);
    for (const taken of ['/v1/x', '/admin', 'metrics', '/a/../b', '/health', '/']) {
      await expect(setUp({ METRICS_ENDPOINT: taken })).rejects.toMatchObject({ code: 'invalid_config' });
    }
  });

  it('are the sums of all processes', async () => {
    const upstream = await playing(OK);
    const gateway = await startWorkersGateway(2, {
      upstreamUrl: upstream.url,
      env: { METRICS_ENABLED: 'true' },
    });
    const v1 = gateway.url.replace('localhost', '127.0.0.1');
    await Promise.all(Array.from({ length: 20 }, () => ask(v1)));
    const requests = async (): Promise<number | undefined> => {
      const { text } = await read(gateway.port);
      return [...samplesOf(text, 'gomodel_requests_total').values()][0];
    };
    await expect.poll(requests, { timeout: 10_000 }).toBe(20);
    const { text } = await read(gateway.port);
    expect(samplesOf(text, 'gomodel_processes').get('state="running"')).toBe(2);
    expect(samplesOf(text, 'gomodel_resident_memory_bytes').get('')).toBeGreaterThan(150e6);
    if (hasPrometheus) expect(lint(text)).toBe('');
  });
});

const DOCS = join(import.meta.dirname, '../../.github/docs');

describe('the files for Grafana and Prometheus', () => {
  it('ask for nothing that the gateway does not tell, and the page names all that it does', async () => {
    const { port } = await setUp({ SET_BUDGET_TEAM__ALPHA: 'daily=10' });
    const { text } = await read(port);
    const told = new Set([...text.matchAll(/^# TYPE (\S+) /gm)].map(([, name = '']) => name));
    const nameOf = (word: string): string => word.replace(/_(?:bucket|sum|count)$/, '');
    for (const file of ['metrics/dashboard.json', 'metrics/alerts.yml', 'metrics.md']) {
      const words = readFileSync(join(DOCS, file), 'utf8').match(/gomodel_[a-z_]+/g) ?? [];
      expect(words.length).toBeGreaterThan(5);
      expect(words.map(nameOf).filter((name) => !told.has(name))).toEqual([]);
    }
    const page = readFileSync(join(DOCS, 'metrics.md'), 'utf8');
    expect([...told].filter((name) => !page.includes(`\`${name}\``))).toEqual([]);
  });

  it.runIf(hasPrometheus)('are rules that Prometheus takes', () => {
    execFileSync('promtool', ['check', 'rules', join(DOCS, 'metrics/alerts.yml')]);
  });
});

describe.runIf(hasPrometheus)('the real Prometheus', () => {
  it('scrapes the gateway with its key', async () => {
    const gateway = await setUp({ GOMODEL_MASTER_KEY: MASTER_KEY });
    expect(await ask(gateway.v1, 'gpt-5.5', { authorization: `Bearer ${MASTER_KEY}` })).toBe(200);
    await gateway.records();
    const folder = createTemporaryFolder('prometheus');
    const config = join(folder, 'prometheus.yml');
    writeFileSync(
      config,
      `scrape_configs:
  - job_name: gomodel-ts
    scrape_interval: 1s
    authorization: { credentials: ${MASTER_KEY} }
    static_configs: [{ targets: ['127.0.0.1:${gateway.port}'] }]
`,
    );
    execFileSync('promtool', ['check', 'config', config]);
    const port = await findFreePort();
    const child = spawn(
      'prometheus',
      [
        `--config.file=${config}`,
        `--storage.tsdb.path=${join(folder, 'data')}`,
        `--web.listen-address=127.0.0.1:${port}`,
      ],
      { stdio: 'ignore' },
    );
    onTestFinished(() => void child.kill('SIGKILL'));
    const query = async (): Promise<string | undefined> => {
      const address = `http://127.0.0.1:${port}/api/v1/query?query=gomodel_requests_total`;
      const text = await fetch(address)
        .then((response) => response.text())
        .catch(() => '');
      return /"value":\[[\d.]+,"(\d+)"\]/.exec(text)?.[1];
    };
    await expect.poll(query, { timeout: 20_000 }).toBe('1');
  });
});
