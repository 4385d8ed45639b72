import { decompress } from '@mongodb-js/zstd';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { readExchange } from '../../src/log/files/read-exchange.ts';
import type { ExchangeRecord } from '../../src/log/record.ts';
import { CODEX_VERSIONS, ensureCodex } from '../support/codex/ensure-codex.ts';
import { type CodexOutcome, runCodex } from '../support/codex/run-codex.ts';
import { startWorkersGateway } from '../support/gateway/start-workers.ts';
import type { RecordedRequest } from '../support/upstream/recorded-request.ts';
import { responsesStream, type Step } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { startWebSocketUpstream } from '../support/upstream/websocket-upstream.ts';
import { chatGptProvider, keyProvider } from './codex-config.ts';

beforeAll(async () => {
  for (const version of CODEX_VERSIONS) await ensureCodex(version);
});

const PROMPT = 'List the files, print the first one, then reply ok.';
const SHELL = ['-s', 'danger-full-access'];
const TURN: readonly (readonly Step[])[] = [
  [{ call: 'exec_command', arguments: { cmd: 'ls' } }],
  [{ call: 'exec_command', arguments: { cmd: 'cat hello.txt' } }],
  [{ text: 'ok' }],
];

const expectOk = (outcome: CodexOutcome): void => {
  expect(outcome.stderr).not.toMatch(/^ERROR: |Reconnecting|Falling back/m);
  expect(outcome).toMatchObject({ code: 0, stdout: 'ok\n' });
};

/** How many tools the client has run in this conversation: several of them share the upstream. */
const callsBefore = (request: RecordedRequest): number => {
  const items = request.json().input as { readonly type?: string }[];
  return items.filter(({ type }) => type === 'function_call_output').length;
};

const byId = (one: ExchangeRecord, other: ExchangeRecord): number => (one.id < other.id ? -1 : 1);

const parseLines = (stdout: string): ExchangeRecord[] =>
  stdout
    .split('\n')
    .filter(Boolean)
    .map((line) => JSON.parse(line));

it('serves Codex of all ages at once by two processes: zstd, HTTP and WebSocket, in one log and one tail', async () => {
  const upstream = await startUpstream((request, index) => ({
    kind: 'sse',
    events: responsesStream(TURN[callsBefore(request)] ?? [], { id: `resp_${index}` }),
  }));
  onTestFinished(() => upstream.close());
  const gateway = await startWorkersGateway(2, { upstreamUrl: upstream.url, args: ['--json'] });
  const outcomes = await Promise.all([
    runCodex({
      version: '0.113.0',
      prompt: PROMPT,
      args: SHELL,
      signIn: 'chatgpt',
      env: { OPENAI_BASE_URL: gateway.url },
    }),
    runCodex({
      version: '0.169.0',
      prompt: PROMPT,
      args: SHELL,
      signIn: 'chatgpt',
      configToml: chatGptProvider(gateway.url),
    }),
    runCodex({
      version: '0.169.0',
      prompt: PROMPT,
      args: SHELL,
      configToml: `${keyProvider(gateway.url)}supports_websockets = true\n`,
      env: { OPENAI_API_KEY: 'anything' },
    }),
  ]);
  for (const outcome of outcomes) expectOk(outcome);
  expect(upstream.requests).toHaveLength(outcomes.length * TURN.length);

  expect(await gateway.stop('SIGINT')).toBe(130);
  const records = (await gateway.everyRecord()).sort(byId);
  expect(parseLines(gateway.output().stdout).sort(byId)).toEqual(records);
  const kinds: string[] = [];
  for (const [index, seen] of upstream.requests.entries()) {
    const [record, ...others] = records.filter(({ responseId }) => responseId === `resp_${index}`);
    expect(others).toEqual([]);
    expect(record).toMatchObject({
      status: 200,
      response: { finish: 'completed' },
      usage: { inputTokens: 1200 },
    });
    const { requestBody } = (await readExchange(gateway.dataDir, record?.id ?? '')) ?? {};
    const kept = requestBody?.bytes ?? Buffer.alloc(0);
    const isZstd = requestBody?.coding === 'zstd';
    expect((isZstd ? await decompress(kept) : kept).equals(seen.body)).toBe(true);
    kinds.push(`${record?.client.version} ${record?.transport} ${record?.request.encoding}`);
  }
  const each = (kind: string): string[] => TURN.map(() => kind);
  expect(kinds.sort()).toEqual([
    ...each('0.113.0 http zstd'),
    ...each('0.169.0 http zstd'),
    ...each('0.169.0 websocket undefined'),
  ]);
});

it('relays Codex over WebSocket by two processes, and the tail has a line for every request', async () => {
  const upstream = await startWebSocketUpstream((_frame, index) => ({
    kind: 'events',
    events: responsesStream(TURN[index] ?? [], { id: `resp_${index}` }),
  }));
  onTestFinished(() => upstream.close());
  const gateway = await startWorkersGateway(2, { upstreamUrl: upstream.url });
  expectOk(
    await runCodex({
      version: '0.169.0',
      prompt: PROMPT,
      args: SHELL,
      configToml: `${keyProvider(gateway.url)}supports_websockets = true\n`,
      env: { OPENAI_API_KEY: 'anything' },
    }),
  );
  expect(upstream.connections).toHaveLength(1);
  expect(await gateway.stop('SIGINT')).toBe(130);
  const turns = (await gateway.everyRecord()).filter(({ transport }) => transport === 'websocket');
  const asked = upstream.frames.map((frame) => frame.json().previous_response_id);
  expect(turns.map(({ previousResponseId }) => previousResponseId)).toEqual(asked);
  expect(turns.map(({ websocketMode, response }) => [websocketMode, response.finish])).toEqual(
    asked.map(() => ['relay', 'completed']),
  );
  const lines = gateway.output().stdout.match(/^.* 200 {2}WS responses .* ✓/gm) ?? [];
  expect(lines).toHaveLength(asked.length);
});
