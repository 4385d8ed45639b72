import { ADDRESS_ATTEMPT_MS } from '../../base/address-attempt.ts';

/**
 * An idle connection is closed before the upstream closes it: a request that meets a closing connection
 * fails, and a model request is never sent twice on our own account.
 */
export const MAX_IDLE_MS = 60_000;

/** The options of every agent. Measured: without keep-alive, a third of the throughput is left. */
export const AGENT_OPTIONS = {
  keepAlive: true,
  maxSockets: Number.POSITIVE_INFINITY,
  maxFreeSockets: 256,
  scheduling: 'lifo',
  timeout: MAX_IDLE_MS,
  autoSelectFamilyAttemptTimeout: ADDRESS_ATTEMPT_MS,
} as const;
