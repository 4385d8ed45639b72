import { createId } from '../../../src/base/ids.ts';
import type { ExchangeRecord } from '../../../src/log/record.ts';
import { createRandom, type Random } from '../dashboard/random.ts';

export interface LargeLogPlan {
  readonly exchanges: number;
  /** Spread evenly over so many days that end now. */
  readonly days: number;
  /**
   * So many people with a key each, who work in turns on sessions, repositories and versions of their own. Default: one
   * who is signed in with a plan.
   */
  readonly people?: number;
}

/** An exchange as it began and as it ended. */
export interface LargeLogExchange {
  readonly atMs: number;
  readonly opened: ExchangeRecord;
  readonly closed: ExchangeRecord;
  /** JSON. */
  readonly requestHeaders: string;
  readonly responseHeaders: string;
}

const DAY_MS = 86_400_000;
const DURATION_MS = 8_000;

/** As many and as long as Codex's are: two fifths of a journal's bytes. */
const requestHeaders = (session: string, turn: string, request: string, atMs: number): string =>
  JSON.stringify([
    ['host', 'localhost:8080'],
    ['authorization', '[redacted]'],
    ['user-agent', 'codex_exec/0.169.0 (Debian 12.0.0; x86_64) xterm-256color (codex_exec; 0.169.0)'],
    ['originator', 'codex_exec'],
    ['version', '0.169.0'],
    ['session-id', session],
    ['thread-id', session],
    ['x-client-request-id', request],
    ['x-codex-window-id', `${session}:0`],
    ['x-codex-installation-id', '5f0c9f0e-2b1d-4a57-9c0e-77a1d2f3b4c5'],
    [
      'x-codex-turn-metadata',
      JSON.stringify({
        session_id: session,
        thread_id: session,
        thread_source: 'user',
        turn_id: turn,
        window_id: `${session}:0`,
        request_kind: 'turn',
        sandbox: 'seccomp',
        turn_started_at_unix_ms: atMs,
        workspaces: {
          '/home/ada/projects/tracker': {
            associated_remote_urls: { origin: 'https://github.com/ada/tracker.git' },
            latest_git_commit_hash: '0f3b1c9d8e7a6b5c4d3e2f1a0b9c8d7e6f5a4b3c',
            has_changes: true,
          },
        },
      }),
    ],
    ['content-type', 'application/json'],
    ['content-encoding', 'zstd'],
    ['content-length', String(10_000 + (atMs % 9_000))],
    ['accept-encoding', 'zstd,gzip'],
    ['accept', 'text/event-stream'],
  ]);

const responseHeaders = (request: string, random: Random, atMs: number): string =>
  JSON.stringify([
    ['date', new Date(atMs).toUTCString()],
    ['content-type', 'text/event-stream; charset=utf-8'],
    ['transfer-encoding', 'chunked'],
    ['connection', 'keep-alive'],
    ['openai-version', '2020-10-01'],
    ['openai-processing-ms', String(random.between(100, 900))],
    ['openai-model', 'gpt-5.5'],
    ['x-request-id', request],
    ['x-codex-primary-used-percent', String(random.between(0, 100))],
    ['x-codex-primary-window-minutes', '300'],
    ['cf-cache-status', 'DYNAMIC'],
    ['set-cookie', '[redacted]'],
    ['strict-transport-security', 'max-age=31536000; includeSubDomains; preload'],
    ['server', 'cloudflare'],
    [
      'cf-ray',
      `${random.between(2 ** 30, 2 ** 31).toString(16)}${random.between(2 ** 30, 2 ** 31).toString(16)}-FRA`,
    ],
    ['alt-svc', 'h3=":443"; ma=86400'],
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

const VERSIONS = ['0.160.0', '0.169.0'];
const PEOPLE_OF_A_TEAM = 8;
const REPOSITORIES_OF_A_TEAM = 3;

/** Who asks, and what they are at. */
interface Person {
  session: string;
  turn: string;
  version: string;
  repository?: string | undefined;
  readonly record: Pick<ExchangeRecord, 'auth' | 'keyId' | 'userPath' | 'labels'>;
  readonly versions: readonly string[];
  readonly repositories: readonly string[];
}

const createPerson = (place: number, newName: () => string): Person => {
  const team = Math.floor(place / PEOPLE_OF_A_TEAM);
  return {
    session: newName(),
    turn: newName(),
    version: VERSIONS[0] ?? '',
    record: {
      auth: `key:key_${place}`,
      keyId: `key_${place}`,
      userPath: `/team-${team}/person-${place}`,
      labels: [`team-${team}`],
    },
    versions: VERSIONS.slice(place % VERSIONS.length),
    repositories: Array.from(
      { length: 1 + (place % REPOSITORIES_OF_A_TEAM) },
      (_, at) => `github.com/company/team-${team}-${at}`,
    ),
  };
};

/** The exchanges of a team, from the oldest to the newest. */
export function* largeLog({ exchanges, days, people = 0 }: LargeLogPlan): Generator<LargeLogExchange> {
  const random = createRandom(11);
  const name = createNames(random);
  const startMs = Date.now() - days * DAY_MS;
  const stepMs = (days * DAY_MS - DURATION_MS) / exchanges;
  const alone: Person = {
    session: name.uuid(),
    turn: name.uuid(),
    version: VERSIONS[0] ?? '',
    record: { auth: 'chatgpt' },
    versions: VERSIONS,
    repositories: [],
  };
  const team = Array.from({ length: people }, (_, place) => createPerson(place, name.uuid));
  for (let count = 0; count < exchanges; count++) {
    const atMs = Math.floor(startMs + count * stepMs);
    const person = team.length > 0 ? random.pick(team) : alone;
    if (random.chance(0.03)) {
      person.session = name.uuid();
      person.version = random.pick(person.versions);
      person.repository = random.pick(person.repositories);
    }
    if (random.chance(0.2)) person.turn = name.uuid();
    const { session, turn, version, repository } = person;
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
        version,
        originator: 'codex_exec',
        sessionId: session,
        threadId: session,
        turnId: turn,
        ...(repository !== undefined && { repository }),
      },
      request: { encoding: 'zstd', wireBytes: 16_000, bodyBytes: 45_000 },
      response: {},
      clientRequestId: name.uuid(),
    };
    const closed: ExchangeRecord = {
      ...opened,
      ...person.record,
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
    yield {
      atMs,
      opened,
      closed,
      requestHeaders: requestHeaders(session, turn, opened.clientRequestId ?? '', atMs),
      responseHeaders: responseHeaders(closed.upstreamRequestId ?? '', random, atMs),
    };
  }
}
