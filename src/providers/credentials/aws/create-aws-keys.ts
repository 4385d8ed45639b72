import type { Agent } from 'node:http';
import { askRole } from './ask-role.ts';
import type { AwsKeys, AwsSource, RoleKeys, RoleSource } from './aws-source.ts';

export interface AwsKeysDeps {
  /** Wall time, milliseconds. */
  readonly now: () => number;
  /** For a whole renewal. */
  readonly withinMs?: number;
}

/** The keys of one source, as they are now. */
export interface CurrentAwsKeys {
  /**
   * @param agent for what is asked by `https`
   * @throws AwsKeysError where a role gives none
   */
  get(agent: Agent | undefined): Promise<AwsKeys>;
  /** What must not be shown: of all keys that are in use. */
  secrets(): ReadonlyArray<string | undefined>;
}

const WITHIN_MS = 5_000;
/** Keys are renewed that long before they expire, or in the last third of a shorter life. */
const RENEW_BEFORE_MS = 5 * 60_000;
/** So long keys last of which nobody says how long. */
const UNKNOWN_LIFE_MS = 15 * 60_000;
/** Who refuses is not asked again at once: each request would ask. */
const REFUSED_FOR_MS = 1_000;
const NOT_RENEWED_FOR_MS = 30_000;

interface Held {
  readonly keys: RoleKeys;
  readonly renewAtMs: number;
  readonly expiresAtMs: number;
}

const createRoleKeys = (source: RoleSource, { now, withinMs = WITHIN_MS }: AwsKeysDeps): CurrentAwsKeys => {
  let held: Held | undefined;
  let renewal: Promise<AwsKeys> | undefined;
  let failure: { readonly error: unknown; readonly atMs: number } | undefined;

  const renew = async (agent: Agent | undefined): Promise<AwsKeys> => {
    const stop = new AbortController();
    const timer = setTimeout(() => stop.abort(), withinMs);
    try {
      const keys = await askRole(source, { agent, signal: stop.signal });
      const expiresAtMs = keys.expiresAtMs ?? now() + UNKNOWN_LIFE_MS;
      const marginMs = Math.min(RENEW_BEFORE_MS, (expiresAtMs - now()) / 3);
      held = { keys, expiresAtMs, renewAtMs: expiresAtMs - marginMs };
      failure = undefined;
      return keys;
    } catch (error) {
      failure = { error, atMs: now() };
      throw error;
    } finally {
      clearTimeout(timer);
      renewal = undefined;
    }
  };
  const failedWithin = (ms: number): boolean => failure !== undefined && now() - failure.atMs < ms;

  return {
    get: async (agent) => {
      if (held && now() < held.expiresAtMs) {
        // Nobody waits for the next ones while these hold.
        if (now() >= held.renewAtMs && !renewal && !failedWithin(NOT_RENEWED_FOR_MS)) {
          renewal = renew(agent);
          renewal.catch(() => {});
        }
        return held.keys;
      }
      if (!renewal && failedWithin(REFUSED_FOR_MS)) throw failure?.error;
      renewal ??= renew(agent);
      return renewal;
    },
    secrets: () => [
      held?.keys.secretAccessKey,
      held?.keys.sessionToken,
      ...(source.kind === 'container' ? [source.token] : []),
    ],
  };
};

/** Keys that are renewed before they expire, one renewal at a time. */
export const createAwsKeys = (source: AwsSource, deps: AwsKeysDeps): CurrentAwsKeys =>
  source.kind === 'static'
    ? { get: async () => source, secrets: () => [source.secretAccessKey, source.sessionToken] }
    : createRoleKeys(source, deps);
