/** Statuses of the errors that providers report inside an answer of status 200, by their codes and types. */
const STATUSES: ReadonlyMap<string, number> = new Map([
  ['invalid_request_error', 400],
  ['invalid_prompt', 400],
  ['invalid_argument', 400],
  ['failed_precondition', 400],
  ['context_length_exceeded', 400],
  ['content_filter', 400],
  ['content_policy_violation', 400],
  ['authentication_error', 401],
  ['invalid_api_key', 401],
  ['unauthenticated', 401],
  ['billing_error', 402],
  ['permission_error', 403],
  ['permission_denied', 403],
  ['not_found_error', 404],
  ['not_found', 404],
  ['model_not_found', 404],
  ['request_too_large', 413],
  ['rate_limit_error', 429],
  ['rate_limit_exceeded', 429],
  ['resource_exhausted', 429],
  ['insufficient_quota', 429],
  ['too_many_requests', 429],
  ['overloaded_error', 503],
  ['unavailable', 503],
  ['deadline_exceeded', 504],
]);

/** Of providers who say by a 400 that their model failed: the next attempt may well succeed. */
const OF_THE_MODEL: ReadonlySet<string> = new Set([
  // Groq
  'tool_use_failed',
  'json_validate_failed',
]);

/** @returns the status of an error answer, by whose fault it is */
export const errorStatus = (status: number, code: string | undefined): number =>
  status === 400 && code !== undefined && OF_THE_MODEL.has(code) ? 502 : status;

/** The status that an answer should have had. An unknown failure is the provider's: 502. */
export const failureStatus = (code: string): number => {
  const number = /^[45]\d\d$/.test(code) ? Number(code) : undefined;
  return number ?? STATUSES.get(code.toLowerCase()) ?? 502;
};
