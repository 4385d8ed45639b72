import { GatewayError } from '../../base/errors.ts';
import type { Standings, Taken } from './limit-port.ts';

/** As OpenAI writes it: `20ms`, `6s`, `1m30s`. */
const durationText = (ms: number): string => {
  if (ms < 1_000) return `${Math.ceil(ms)}ms`;
  const seconds = Math.ceil(ms / 1_000);
  const minutes = Math.floor(seconds / 60);
  return minutes === 0 ? `${seconds}s` : `${minutes}m${seconds % 60}s`;
};

/** Name, value, name, value… of `x-ratelimit-*`, as OpenAI's clients read them. */
export const standingLines = (standings: Standings): readonly string[] =>
  (['requests', 'tokens'] as const).flatMap((unit) => {
    const standing = standings[unit];
    if (!standing) return [];
    const { limit, remaining, resetMs } = standing;
    return [
      `x-ratelimit-limit-${unit}`,
      String(limit),
      `x-ratelimit-remaining-${unit}`,
      String(remaining),
      `x-ratelimit-reset-${unit}`,
      durationText(resetMs),
    ];
  });

/** Lines as a refusal carries them. */
export const pairsOf = (lines: readonly string[]): Readonly<Record<string, string>> => {
  const pairs: Record<string, string> = {};
  for (let index = 0; index + 1 < lines.length; index += 2)
    pairs[lines[index] ?? ''] = lines[index + 1] ?? '';
  return pairs;
};

const WHAT: Readonly<Record<string, string>> = {
  rpm: 'requests a minute',
  rph: 'requests an hour',
  rpd: 'requests a day',
  tpm: 'tokens a minute',
  tph: 'tokens an hour',
  tpd: 'tokens a day',
  concurrent: 'requests at once',
};

const whose = (scope: string, child: string | undefined): string => {
  if (scope === '/') return 'this gateway';
  const named = child === undefined ? scope : scope.replace('*', child);
  return named.startsWith('/') ? named : named.replace(':', ' ');
};

/** Beyond, nobody waits: clients that would are told not to. */
const MAX_WAIT_MS = 60_000;

/**
 * @param nowMs since the epoch
 * @param waits whether the client comes back by itself after a while
 */
export const limitError = (
  taken: Extract<Taken, { kind: 'refused' }>,
  nowMs: number,
  waits = true,
): GatewayError => {
  const { limit, name, scope, child } = { ...taken.limit };
  const { retryAfterMs } = taken;
  const seconds = Math.max(1, Math.ceil(retryAfterMs / 1_000));
  const what = `${whose(scope, child)} may have ${limit.toLocaleString('en-US')} ${WHAT[name]}, and has reached that`;
  const standings = pairsOf(standingLines(taken.standings));
  const message = `${what}. Try again in ${seconds} s.`;
  if (waits && retryAfterMs <= MAX_WAIT_MS) {
    const headers = { 'retry-after': String(seconds), ...standings };
    return new GatewayError('rate_limit_exceeded', message, { headers });
  }
  return new GatewayError('rate_limit_exceeded', message, {
    headers: { 'retry-after': String(seconds), 'x-should-retry': 'false', ...standings },
    resetsAtMs: nowMs + retryAfterMs,
    told: `gomodel-ts: ${what}`,
  });
};
