/** The code of a failure as Node and its packages give it, such as `ENOENT` or `WS_ERR_INVALID_UTF8`; else empty. */
export const errorCodeOf = (cause: unknown): string =>
  cause instanceof Error && 'code' in cause && typeof cause.code === 'string' ? cause.code : '';

/** True where the failure has one of these codes. */
export const hasErrorCode = (cause: unknown, ...codes: readonly string[]): boolean =>
  codes.includes(errorCodeOf(cause));
