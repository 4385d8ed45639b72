import { describe, expect, it, onTestFinished } from 'vitest';
import type { PromptTurn } from '../../src/admin/api-types/turns.ts';
import { startAnthropicUpstream } from '../support/anthropic/upstream.ts';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY, startGateway } from '../support/gateway/start-gateway.ts';
import { startCollector } from '../support/otlp/start-collector.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { CODEX_WAYS, keyProvider, OVER_WEBSOCKET } from './codex-config.ts';
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

const turnsOf = async (
  url: string,
  session: string,
  headers: Readonly<Record<string, string>> = {},
): Promise<readonly PromptTurn[]> => {
  const { origin } = new URL(url);
  const response = await fetch(`${origin}/admin/api/v1/audit/turns?session=${session}`, { headers });
  const answer = (await response.json()) as { readonly turns: readonly PromptTurn[] };
  return answer.turns;
};

const SCRIPT = 'text(await tools.exec_command({ cmd: "cat hello.txt" }))';

it('what Codex tells of its tools is in the story of its session, and reaches the collector as it came', async () => {
  const collector = await collectorForTest();
  const { gateway } = await stage.setUp(
    [
      { kind: 'sse', events: responsesStream([{ custom: 'exec', input: SCRIPT }]) },
      { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
    ],
    { env: { OTEL_EXPORTER_OTLP_ENDPOINT: collector.url } },
  );
  const { origin } = new URL(gateway.url);
  const exporterTo = (signal: string, protocol: string): string =>
    `{ otlp-http = { endpoint = "${origin}/v1/${signal}", protocol = "${protocol}" } }`;
  const run = await runCodex({
    version: VERSION,
    prompt: 'Print hello.txt, then reply with exactly ok.',
    env: { OPENAI_API_KEY: 'anything' },
    configToml: `${keyProvider(gateway.url)}
[otel]
exporter = ${exporterTo('logs', 'json')}
trace_exporter = ${exporterTo('traces', 'binary')}
metrics_exporter = ${exporterTo('metrics', 'json')}
`,
  });
  expect(run.stdout).toBe('ok\n');
  const [record] = await endedRequests(gateway, 2);
  const [turn] = await turnsOf(gateway.url, record?.client.sessionId ?? '');
  expect(turn?.turn_id).toBe(record?.client.turnId);
  expect(turn?.tool_uses).toMatchObject([
    { tool: 'exec_command', decision: 'approved', decided_by: 'Config', success: true },
    { tool: 'exec', success: true },
  ]);
  const story = await gateway.run(['sessions', record?.client.sessionId ?? '']);
  expect(story.stdout).toMatch(/^tool: exec_command approved by Config ran in \d+ms$/m);
  await gateway.stop();
  const services = (path: string) =>
    new Set(collector.items(path).map(({ resource }) => resource['service.name']));
  expect(services('/v1/traces')).toEqual(new Set(['codex_exec', 'gomodel-ts']));
  expect(services('/v1/logs')).toEqual(new Set(['codex_exec', 'gomodel-ts']));
  const told = collector.items('/v1/logs').filter(({ traceId }) => traceId === record?.trace?.traceId);
  expect(new Set(told.map(({ attributes }) => attributes['event.name']))).toContain('gomodel.exchange');
});

it('what Claude Code tells of its tools is in the story of its session, and none of it reaches the provider', async () => {
  await ensureClaudeCode();
  const double = await startAnthropicUpstream([
    { say: [{ call: 'Bash', input: { command: 'cat hello.txt', description: 'As asked' } }] },
    { say: [{ text: 'ok' }] },
  ]);
  onTestFinished(() => double.close());
  const collector = await collectorForTest();
  const gateway = await startGateway({
    providerKey: null,
    masterKey: MASTER_KEY,
    env: {
      ANTHROPIC_API_KEY: 'sk-ant-of-the-gateway',
      ANTHROPIC_BASE_URL: double.url,
      OTEL_EXPORTER_OTLP_ENDPOINT: collector.url,
    },
  });
  onTestFinished(async () => void (await gateway.stop()));
  const { origin } = new URL(gateway.url);
  const run = await runClaudeCode({
    prompt: 'Print hello.txt, then reply ok.',
    args: ['--model', 'claude-opus-5-5', '--allowedTools', 'Bash'],
    env: {
      ANTHROPIC_BASE_URL: origin,
      ANTHROPIC_API_KEY: MASTER_KEY,
      CLAUDE_CODE_ENABLE_TELEMETRY: '1',
      OTEL_LOGS_EXPORTER: 'otlp',
      OTEL_METRICS_EXPORTER: 'otlp',
      OTEL_EXPORTER_OTLP_PROTOCOL: 'http/protobuf',
      OTEL_EXPORTER_OTLP_ENDPOINT: origin,
      OTEL_EXPORTER_OTLP_HEADERS: `Authorization=Bearer ${MASTER_KEY}`,
    },
  });
  expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
  expect(double.refusals).toEqual([]);
  const records = await gateway.logs((all) => all.filter(({ method }) => method === 'POST').length >= 2);
  const session = records.find(({ client }) => client.sessionId !== undefined)?.client.sessionId ?? '';
  const turns = await turnsOf(gateway.url, session, { authorization: `Bearer ${MASTER_KEY}` });
  expect(turns.flatMap(({ tool_uses: uses = [] }) => uses)).toMatchObject([
    { tool: 'Bash', call_id: 'toolu_0a0', decision: 'accept', decided_by: 'config', success: true },
  ]);
  await gateway.stop();
  const names = collector.items('/v1/metrics').map(({ name }) => name);
  expect(names).toContain('claude_code.token.usage');
  expect(collector.exports.every(({ headers }) => headers.authorization === undefined)).toBe(true);
});
