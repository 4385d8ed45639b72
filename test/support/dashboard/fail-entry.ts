import type { AuditEntry } from '../../../src/admin/api-types/entry.ts';
import type { Random } from './random.ts';

type Failure = (entry: AuditEntry, random: Random) => void;

const refuse =
  (
    status: number,
    origin: NonNullable<AuditEntry['error']>['origin'],
    code: string,
    message: string,
  ): Failure =>
  (entry, random) => {
    entry.status = status;
    entry.durationMs = random.between(1, 14);
    entry.overheadMs = entry.durationMs;
    entry.response = { bytes: 240 };
    entry.error = { origin, code, message };
    delete entry.model;
  };

const UPSTREAM: Failure = (entry, random) => {
  entry.status = 429;
  entry.ttfbMs = random.between(90, 240);
  entry.durationMs = entry.ttfbMs + 1;
  entry.response = { bytes: 412, finish: 'failed' };
  entry.error = {
    origin: 'upstream',
    code: 'rate_limit_exceeded',
    message:
      'Rate limit reached for gpt-5.5 on tokens per min (TPM): Limit 500000, Used 498211, Requested 14012. Please try again in 1.466s.',
  };
};

const CUT: Failure = (entry, random) => {
  entry.status = 200;
  entry.ttfbMs = random.between(400, 900);
  entry.durationMs = entry.ttfbMs + random.between(2000, 9000);
  entry.response = { bytes: 18_440, events: random.between(12, 80), finish: 'truncated' };
  entry.error = {
    origin: 'upstream',
    code: 'upstream_stream_truncated',
    message: `api.openai.com closed the stream after ${entry.response.events} events, before response.completed: it is not whole. Try again.`,
  };
};

const LEFT: Failure = (entry, random) => {
  entry.status = 200;
  entry.ttfbMs = random.between(400, 900);
  entry.durationMs = entry.ttfbMs + random.between(900, 4000);
  entry.response = { bytes: 6120, events: random.between(10, 60), finish: 'aborted' };
};

const NETWORK: Failure = (entry, random) => {
  entry.status = 502;
  entry.durationMs = random.between(3, 1100);
  entry.response = { bytes: 260 };
  entry.error = {
    origin: 'network',
    code: 'upstream_unreachable',
    message:
      'api.openai.com refused the connection. Check that the upstream runs and that OPENAI_BASE_URL names it.',
  };
};

const TIMEOUT: Failure = (entry) => {
  entry.status = 504;
  entry.durationMs = 10_004;
  entry.response = { bytes: 260 };
  entry.error = {
    origin: 'network',
    code: 'upstream_timeout',
    message:
      'api.openai.com did not accept a connection within 10 s. Check the network, and OPENAI_BASE_URL or HTTPS_PROXY.',
  };
};

const INCOMPLETE: Failure = (entry, random) => {
  entry.status = 200;
  entry.ttfbMs = random.between(400, 900);
  entry.durationMs = entry.ttfbMs + 41_000;
  entry.response = { bytes: 812_000, events: 4120, finish: 'incomplete' };
};

const FAILURES: readonly Failure[] = [
  UPSTREAM,
  CUT,
  CUT,
  LEFT,
  LEFT,
  NETWORK,
  TIMEOUT,
  INCOMPLETE,
  refuse(
    400,
    'client',
    'invalid_content_encoding',
    'the zstd body ends early: 15,770 bytes hold no complete frame.',
  ),
  refuse(
    401,
    'client',
    'invalid_api_key',
    'the key in Authorization is not the master key of this gateway. Set OPENAI_API_KEY to the value of GOMODEL_MASTER_KEY in the shell that starts Codex; `gomodel-ts init-codex` writes a block that works.',
  ),
  refuse(
    413,
    'client',
    'request_too_large',
    'the request body is larger than 128 MB. Start a new session or compact this one, or raise BODY_SIZE_LIMIT.',
  ),
  refuse(
    503,
    'gateway',
    'provider_not_configured',
    'the gateway has no key for api.openai.com. Set OPENAI_API_KEY in the shell (or the .env file) that starts gomodel-ts, and start it again.',
  ),
];

/** Makes the exchange end badly, at one of the hops. */
export const failEntry = (entry: AuditEntry, random: Random): void => random.pick(FAILURES)(entry, random);
