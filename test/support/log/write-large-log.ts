import { closeSync, mkdirSync, openSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { createId } from '../../../src/base/ids.ts';
import {
  encodeCloseLine,
  encodeEndLine,
  encodeOpenLine,
  encodeSegmentLine,
} from '../../../src/log/journal/encode-journal-line.ts';
import { createSegmentBase, endOfDayMs, journalFile } from '../../../src/log/journal/segment-name.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { createRandom, type Random } from '../dashboard/random.ts';

export interface LargeLogOptions {
  readonly dataDir: string;
  readonly exchanges: number;
  /** Spread evenly over so many days that end now. */
  readonly days: number;
}

const DAY_MS = 86_400_000;
const MAX_SEGMENT_BYTES = 64 * 2 ** 20;
const WRITE_BYTES = 4 * 2 ** 20;
const DURATION_MS = 8_000;
/** As the gateway's own, whose process is long gone. */
const WRITER = { pid: 4711, place: 'somewhere else' };

/** As long as Codex's are: two fifths of a journal's bytes. */
const REQUEST_HEADERS = JSON.stringify([
  ['host', 'localhost:8080'],
  ['authorization', '[redacted]'],
  ['user-agent', 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm-256color (codex_exec; 0.169.0)'],
  ['content-type', 'application/json'],
  ['x-codex-turn-metadata', 'x'.repeat(900)],
  ['accept', 'text/event-stream'],
]);
const RESPONSE_HEADERS = JSON.stringify([
  ['content-type', 'text/event-stream'],
  ['x-codex-primary-used-percent', '12'],
  ['openai-model', 'gpt-5.5'],
  ['set-cookie', '[redacted]'],
  ['x-filler', 'y'.repeat(500)],
]);

/** Names as long as real ones, of which no two are the same. */
const createNames = (random: Random) => {
  const digits = (): string =>
    random
      .between(0, 2 ** 32 - 1)
      .toString(16)
      .padStart(8, '0');
  return {
    uuid: (): string =>
      `${digits()}-${digits().replace(/^.{4}/, '$&-')}-${digits().slice(4)}-${digits()}${digits().slice(4)}`,
    hex: (prefix: string, words: number): string => prefix + Array.from({ length: words }, digits).join(''),
  };
};

/** A log as a team would have it after a month, written without a recorder: some seconds for 100,000. */
export const writeLargeLog = ({ dataDir, exchanges, days }: LargeLogOptions): void => {
  const folder = join(dataDir, 'audit');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const random = createRandom(11);
  const name = createNames(random);
  const startMs = Date.now() - days * DAY_MS;
  const stepMs = (days * DAY_MS - DURATION_MS) / exchanges;
  let session = name.uuid();
  let turn = name.uuid();
  let sequence = 0;
  let endsAtMs = 0;
  let bytes = 0;
  let file: number | undefined;
  let waiting = '';
  const write = (): void => {
    if (file !== undefined) bytes += writeSync(file, waiting);
    waiting = '';
  };
  const end = (atMs: number): void => {
    if (file === undefined) return;
    waiting += encodeEndLine(atMs);
    write();
    closeSync(file);
  };
  const begin = (atMs: number): void => {
    const base = createSegmentBase(atMs, `${WRITER.pid}-abcdef`, ++sequence);
    file = openSync(join(folder, journalFile(base)), 'wx', 0o600);
    bytes = 0;
    endsAtMs = endOfDayMs(atMs);
    waiting = encodeSegmentLine(atMs, WRITER);
  };
  for (let count = 0; count < exchanges; count++) {
    const atMs = Math.floor(startMs + count * stepMs);
    if (atMs >= endsAtMs || bytes > MAX_SEGMENT_BYTES) {
      end(atMs);
      begin(atMs);
    }
    if (random.chance(0.03)) session = name.uuid();
    if (random.chance(0.2)) turn = name.uuid();
    const hasFailed = random.chance(0.02);
    const inputTokens = random.between(1_000, 90_000);
    const opened: ExchangeRecord = {
      schemaVersion: 1,
      id: createId('req', atMs),
      startedAt: new Date(atMs).toISOString(),
      method: 'POST',
      path: '/v1/responses',
      transport: 'http',
      client: {
        name: 'codex_exec',
        version: random.pick(['0.160.0', '0.169.0']),
        originator: 'codex_exec',
        sessionId: session,
        threadId: session,
        turnId: turn,
      },
      request: { encoding: 'zstd', wireBytes: 16_000, bodyBytes: 45_000 },
      response: {},
      clientRequestId: name.uuid(),
    };
    const closed: ExchangeRecord = {
      ...opened,
      auth: 'chatgpt',
      model: random.pick(['gpt-5.5', 'gpt-5.6-luna', 'gpt-6-astra']),
      stream: true,
      provider: 'openai',
      upstream: 'api.openai.com',
      status: hasFailed ? 500 : 200,
      ttfbMs: random.between(300, 900),
      overheadMs: 1.2,
      durationMs: random.between(900, DURATION_MS),
      responseId: name.hex('resp_', 6),
      upstreamRequestId: name.hex('req_', 4),
      response: {
        bytes: 30_000,
        events: 120,
        finish: hasFailed ? 'failed' : 'completed',
        toolCalls: random.pick([['exec_command'], ['apply_patch', 'exec_command']]),
      },
      usage: {
        inputTokens,
        cachedInputTokens: Math.floor(inputTokens * 0.8),
        outputTokens: 500,
        reasoningTokens: 100,
        totalTokens: inputTokens + 500,
      },
      ...(hasFailed
        ? {
            error: {
              origin: 'upstream',
              code: 'server_error',
              message: `The server had an error ${name.hex('req_', 4)}`,
            },
          }
        : {}),
    };
    waiting += encodeOpenLine(atMs, opened, REQUEST_HEADERS, false);
    waiting += encodeCloseLine(atMs + 1, closed, REQUEST_HEADERS, RESPONSE_HEADERS, {});
    if (waiting.length > WRITE_BYTES) write();
  }
  end(Date.now());
};
