/** Where a failure happened, seen from the gateway. */
export type ErrorOrigin = 'client' | 'gateway' | 'network' | 'upstream';

interface ErrorClass {
  /** HTTP status of the refusal; 0 for a failure that only the command line can have. */
  readonly status: number;
  readonly type: string;
  readonly origin: ErrorOrigin;
  /** Exit code of the command line where the failure ends a command. */
  readonly exitCode: number;
}

const http = (status: number, type: string, origin: ErrorOrigin): ErrorClass => ({
  status,
  type,
  origin,
  exitCode: 1,
});
const command = (exitCode: number): ErrorClass => ({
  status: 0,
  type: 'command_error',
  origin: 'gateway',
  exitCode,
});

/** Every failure that the gateway can name. The codes, statuses and types are a contract with clients. */
const ERROR_CODES = {
  missing_api_key: http(401, 'authentication_error', 'client'),
  invalid_api_key: http(401, 'authentication_error', 'client'),
  keys_unreadable: http(503, 'authentication_error', 'gateway'),
  sign_in_expired: http(401, 'authentication_error', 'client'),
  identity_provider_unavailable: http(503, 'authentication_error', 'network'),
  model_not_allowed: http(403, 'permission_error', 'client'),
  not_permitted: http(403, 'permission_error', 'client'),
  unknown_key: http(404, 'not_found_error', 'client'),
  unknown_sign_in: http(404, 'not_found_error', 'client'),
  key_exists: http(409, 'invalid_request_error', 'client'),
  forbidden_origin: http(403, 'authentication_error', 'client'),
  invalid_content_encoding: http(400, 'invalid_request_error', 'client'),
  invalid_json: http(400, 'invalid_request_error', 'client'),
  invalid_request: http(400, 'invalid_request_error', 'client'),
  request_timeout: http(408, 'invalid_request_error', 'client'),
  request_too_large: http(413, 'invalid_request_error', 'client'),
  unsupported_content_encoding: http(415, 'invalid_request_error', 'client'),
  websocket_not_supported: http(426, 'invalid_request_error', 'client'),
  websocket_connection_limit_reached: http(400, 'invalid_request_error', 'gateway'),
  websocket_stream_limit_reached: http(400, 'invalid_request_error', 'client'),
  invalid_stream_id: http(400, 'invalid_request_error', 'client'),
  previous_response_not_found: http(400, 'invalid_request_error', 'gateway'),
  response_not_found: http(404, 'invalid_request_error', 'gateway'),
  item_not_found: http(404, 'invalid_request_error', 'gateway'),
  memory_unreadable: http(400, 'invalid_request_error', 'client'),
  too_many_attempts: http(429, 'rate_limit_error', 'client'),
  budget_exceeded: http(429, 'insufficient_quota', 'gateway'),
  rate_limit_exceeded: http(429, 'rate_limit_error', 'gateway'),
  runaway_stopped: http(403, 'permission_error', 'gateway'),
  counted_elsewhere: http(503, 'provider_error', 'gateway'),
  unknown_budget: http(404, 'not_found_error', 'client'),
  unknown_limit: http(404, 'not_found_error', 'client'),
  unknown_exchange: http(404, 'not_found_error', 'client'),
  cannot_send_again: http(409, 'invalid_request_error', 'client'),
  unknown_route: http(404, 'not_found_error', 'client'),
  method_not_allowed: http(405, 'invalid_request_error', 'client'),
  compaction_not_supported: http(404, 'not_found_error', 'upstream'),
  loop_detected: http(508, 'invalid_request_error', 'gateway'),
  provider_not_configured: http(503, 'provider_error', 'gateway'),
  overloaded: http(503, 'provider_error', 'gateway'),
  storage_unavailable: http(503, 'provider_error', 'gateway'),
  shutting_down: http(503, 'provider_error', 'gateway'),
  upstream_unreachable: http(502, 'provider_error', 'network'),
  upstream_timeout: http(504, 'provider_error', 'network'),
  upstream_redirected: http(502, 'provider_error', 'upstream'),
  attempts_failed: http(502, 'provider_error', 'upstream'),
  upstream_invalid_answer: http(502, 'provider_error', 'upstream'),
  upstream_answer_unreadable: http(502, 'provider_error', 'upstream'),
  upstream_stream_restarted: http(502, 'provider_error', 'upstream'),
  upstream_stream_truncated: http(502, 'provider_error', 'upstream'),
  internal_error: http(500, 'internal_error', 'gateway'),

  command_failed: command(1),
  invalid_usage: command(2),
  invalid_config: command(2),
  port_in_use: command(3),
  invalid_toml: command(1),
  config_drift: command(1),
  interrupted: command(130),
} as const satisfies Record<string, ErrorClass>;

export type ErrorCode = keyof typeof ERROR_CODES;

/** What stays refused until somebody changes a setting, however often it is asked for. */
const PERMANENT: ReadonlySet<string> = new Set<ErrorCode>([
  'missing_api_key',
  'invalid_api_key',
  'keys_unreadable',
  'sign_in_expired',
  'counted_elsewhere',
  'runaway_stopped',
  'model_not_allowed',
  'too_many_attempts',
  'forbidden_origin',
  'provider_not_configured',
  'loop_detected',
  'upstream_redirected',
]);

export const isPermanent = (code: string): boolean => PERMANENT.has(code);

export interface GatewayErrorOptions {
  readonly cause?: unknown;
  /** The request field or header that is at fault. */
  readonly param?: string;
  /** Replaces the status of the code's class: 403 for 401 alongside a ChatGPT sign-in. */
  readonly status?: number;
  /** Replaces the origin of the code's class, where only the place of the throw knows the hop. */
  readonly origin?: ErrorOrigin;
  /** Response headers that the refusal must carry, such as `Accept-Encoding` with a 415. */
  readonly headers?: Readonly<Record<string, string>>;
  /** Of a refusal that passes at a known time. Milliseconds since the epoch. */
  readonly resetsAtMs?: number;
  /** Where a client shows its own sentence around ours: the sentence without its full stop. */
  readonly told?: string;
}

/**
 * The one error type of the gateway. `message` says what happened, where, and what to do next,
 * without the `gomodel-ts: ` prefix and without any secret.
 */
export class GatewayError extends Error {
  override readonly name = 'GatewayError';
  readonly code: ErrorCode;
  readonly status: number;
  readonly type: string;
  readonly origin: ErrorOrigin;
  readonly exitCode: number;
  readonly param: string | null;
  readonly headers: Readonly<Record<string, string>>;
  readonly resetsAtMs: number | undefined;
  readonly told: string | undefined;

  constructor(code: ErrorCode, message: string, options: GatewayErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause });
    const kind: ErrorClass = ERROR_CODES[code];
    this.code = code;
    this.status = options.status ?? kind.status;
    this.type = kind.type;
    this.origin = options.origin ?? kind.origin;
    this.exitCode = kind.exitCode;
    this.param = options.param ?? null;
    this.headers = options.headers ?? {};
    this.resetsAtMs = options.resetsAtMs;
    this.told = options.told;
  }
}
