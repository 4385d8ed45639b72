/**
 * How long Node waits for one address of a host before it turns to the next. Its default of 250 ms makes
 * every provider with a longer round trip unreachable, since an attempt that was abandoned is not taken up
 * again. Three addresses fit into the gateway's own limit for a connection.
 * @see https://github.com/nodejs/node/issues/54359
 */
export const ADDRESS_ATTEMPT_MS = 3_000;
