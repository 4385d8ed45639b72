import { performance } from 'node:perf_hooks';
import { compressForStorage } from '../../../src/coding/compress-for-storage.ts';
import { createRecorder, type Recorder } from '../../../src/log/capture/recorder.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { firstRequest, oldRequest, PATCH, secondCallAnswered } from '../log/codex-requests.ts';

const event = (type: string, fields: object): string =>
  `event: ${type}\ndata: ${JSON.stringify({ type, ...fields })}\n\n`;

const streamOf = (...items: object[]): string =>
  [
    event('response.created', { response: { id: 'resp_1', status: 'in_progress' } }),
    ...items.map((item, index) => event('response.output_item.done', { output_index: index, item })),
    event('response.completed', { response: { id: 'resp_1', status: 'completed', output: [] } }),
  ].join('');

const message = (text: string): object => ({
  type: 'message',
  role: 'assistant',
  content: [{ type: 'output_text', text }],
});

export interface SampleExchange {
  readonly method?: string;
  readonly path?: string;
  readonly userAgent?: string;
  readonly sessionId?: string;
  readonly requestBody?: unknown;
  /** The body's text, where its very bytes matter. */
  readonly rawRequestBody?: string;
  readonly zstd?: boolean;
  readonly responseBody?: string;
  readonly record: Partial<ExchangeRecord>;
  /** Left running. */
  readonly open?: boolean;
}

const CODEX = 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm (codex_exec; 0.169.0)';
const OLD_CODEX = 'codex_exec/0.113.0 (Debian 12.0.0; x86_64) xterm (codex-exec; 0.113.0)';
const done = { status: 200, stream: true, provider: 'openai', upstream: 'api.openai.com' } as const;

/** A morning with Codex: turns, failures of every hop, other clients. */
export const SAMPLE_EXCHANGES: readonly SampleExchange[] = [
  {
    requestBody: firstRequest,
    zstd: true,
    responseBody: streamOf(
      {
        type: 'reasoning',
        summary: [{ type: 'summary_text', text: '**Looking at the folder**\n\nFirst the tests.' }],
      },
      { type: 'function_call', name: 'exec_command', call_id: 'call_1', arguments: '{"cmd":"npm test"}' },
    ),
    record: {
      ...done,
      model: 'gpt-5.5',
      ttfbMs: 612,
      durationMs: 8421,
      overheadMs: 0.9,
      response: {
        finish: 'completed',
        events: 120,
        bytes: 8412,
        toolCalls: ['exec_command', 'exec_command'],
      },
      usage: {
        inputTokens: 12_123,
        cachedInputTokens: 11_002,
        outputTokens: 830,
        reasoningTokens: 512,
        totalTokens: 12_953,
      },
      responseId: 'resp_0b04c5f8dfc43af5',
    },
  },
  {
    requestBody: secondCallAnswered,
    zstd: true,
    responseBody: streamOf(
      { type: 'custom_tool_call', name: 'apply_patch', call_id: 'call_3', input: PATCH },
      message('Both tests **pass** now.'),
    ),
    record: {
      ...done,
      model: 'gpt-6-astra',
      ttfbMs: 2400,
      durationMs: 125_000,
      response: {
        finish: 'completed',
        events: 980,
        bytes: 90_112,
        toolCalls: ['apply_patch', 'exec_command', 'view_image'],
      },
      usage: {
        inputTokens: 128_123,
        cachedInputTokens: 12_000,
        outputTokens: 12_345,
        reasoningTokens: 9800,
        totalTokens: 140_468,
      },
    },
  },
  {
    userAgent: OLD_CODEX,
    record: {
      status: 400,
      durationMs: 3,
      request: { encoding: 'zstd', wireBytes: 7000 },
      error: {
        origin: 'client',
        code: 'invalid_content_encoding',
        message: 'zstd body ends early: 7,000 bytes hold no complete frame',
      },
    },
  },
  {
    userAgent: OLD_CODEX,
    requestBody: oldRequest,
    record: {
      ...done,
      status: 502,
      model: 'gpt-5.1-codex',
      durationMs: 1003,
      error: {
        origin: 'network',
        code: 'upstream_unreachable',
        message: 'api.openai.com refused the connection; the gateway sent nothing',
      },
    },
  },
  {
    requestBody: firstRequest,
    responseBody: streamOf(message('Half an ans')).split('event: response.completed')[0] ?? '',
    record: {
      ...done,
      model: 'gpt-5.5',
      ttfbMs: 590,
      durationMs: 4000,
      response: { finish: 'truncated', events: 31, bytes: 2048 },
      error: {
        origin: 'upstream',
        code: 'upstream_stream_truncated',
        message: 'api.openai.com closed the stream after 31 events',
      },
    },
  },
  {
    method: 'GET',
    path: '/v1/models?client_version=0.169.0',
    responseBody: '{"object":"list","data":[{"id":"gpt-5.5","object":"model"}]}',
    record: { status: 200, ttfbMs: 90, durationMs: 91, response: { bytes: 60 } },
  },
  {
    path: '/v1/chat/completions',
    userAgent: 'OpenAI/JS 6.49.0',
    requestBody: { model: 'gpt-4o-mini', messages: [{ role: 'user', content: 'Hello?' }] },
    responseBody: JSON.stringify({ choices: [{ message: { role: 'assistant', content: 'Hello.' } }] }),
    record: {
      ...done,
      stream: false,
      model: 'gpt-4o-mini-2024-07-18',
      ttfbMs: 400,
      durationMs: 410,
      response: { finish: 'completed', bytes: 600 },
      usage: { inputTokens: 9, cachedInputTokens: 0, outputTokens: 12, totalTokens: 21 },
    },
  },
  {
    requestBody: firstRequest,
    record: {
      ...done,
      model: 'gpt-5.5',
      ttfbMs: 700,
      durationMs: 2100,
      response: { finish: 'aborted', events: 9 },
    },
  },
];

const keepBodies = async (exchange: ReturnType<Recorder['open']>, sample: SampleExchange): Promise<void> => {
  const { record } = exchange;
  const text =
    sample.rawRequestBody ??
    (sample.requestBody === undefined ? undefined : JSON.stringify(sample.requestBody));
  if (text !== undefined) {
    const body = Buffer.from(text);
    const wire = sample.zstd ? await compressForStorage(body) : body;
    record.request = {
      ...(sample.zstd && { encoding: 'zstd' }),
      wireBytes: wire.length,
      bodyBytes: body.length,
    };
    exchange.keepRequestBody(wire, sample.zstd ? 'zstd' : 'identity');
  }
  if (sample.responseBody !== undefined) exchange.appendResponseBody(Buffer.from(sample.responseBody));
};

/** Sends one exchange through a recorder, as the gateway would, without the waiting. */
export const recordSample = async (recorder: Recorder, sample: SampleExchange): Promise<string> => {
  const exchange = recorder.open({
    method: sample.method ?? 'POST',
    path: sample.path ?? '/v1/responses',
    transport: sample.record.transport ?? 'http',
    rawHeaders: [
      ...['user-agent', sample.userAgent ?? CODEX],
      ...['authorization', 'Bearer sk-proj-0123456789abcdefghij'],
      ...['session-id', sample.sessionId ?? '01a20400-d027-7fb1-8737-594b1f15eef6'],
    ],
  });
  await keepBodies(exchange, sample);
  const { client } = exchange.record;
  Object.assign(exchange.record, sample.record, { client });
  if (sample.record.status !== undefined) exchange.keepResponseHeaders(['content-type', 'text/event-stream']);
  exchange.commit();
  if (!sample.open) exchange.close();
  return exchange.id;
};

/** A recorder on a folder, with the real clock. */
export const openSampleLog = (dataDir: string): Promise<Recorder> =>
  createRecorder({
    dataDir,
    clock: { now: () => Date.now(), monotonic: () => performance.now() },
    logBodies: true,
    retentionDays: 30,
    maxDiskBytes: 2 ** 31,
    secrets: [],
  });

/**
 * Writes a varied log with the real recorder.
 * @returns the ids of SAMPLE_EXCHANGES, in their order
 */
export const writeSampleLog = async (
  dataDir: string,
  samples: readonly SampleExchange[] = SAMPLE_EXCHANGES,
): Promise<string[]> => {
  const recorder = await openSampleLog(dataDir);
  const ids: string[] = [];
  for (const sample of samples) ids.push(await recordSample(recorder, sample));
  await recorder.close();
  return ids;
};
