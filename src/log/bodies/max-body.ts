/** What is kept of one request at most: as much as the gateway takes by default. */
export const MAX_REQUEST_BYTES = 128 * 2 ** 20;

/** What is kept of one answer at most: a session's bodies have a p99 of 3.5 MB. */
export const MAX_RESPONSE_BYTES = 32 * 2 ** 20;
