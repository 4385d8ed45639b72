import type { UpstreamAnswer } from '../../forward/relay/upstream-answer.ts';
import { pairsOf } from '../../guard/limits/limit-lines.ts';
import { rateLimitFrames } from '../rate-limit-frames.ts';

/** Header fields that say something of the answer or the account, and not of the connection. */
const TELLING = /^(?:x-(?!accel-|content-type-|frame-|xss-|powered-by$|forwarded-)|openai-|retry-after)/;

/**
 * What clients are told in an HTTP answer's header fields, as names and values.
 * @param exchangeId the gateway's own, under which the log finds the exchange; the upstream's is moved aside
 */
export const tellingHeaders = (
  { headers, ownLines = [] }: Pick<UpstreamAnswer, 'headers' | 'ownLines'>,
  exchangeId: string,
): Record<string, string> => {
  const told: Record<string, string> = { 'x-request-id': exchangeId };
  for (const [name, value] of Object.entries(headers)) {
    if (value === undefined || !TELLING.test(name) || name.startsWith('x-gomodel-')) continue;
    told[name === 'x-request-id' ? 'x-upstream-request-id' : name] = String(value);
  }
  for (let index = 0; index + 1 < ownLines.length; index += 2) {
    told[ownLines[index] as string] = ownLines[index + 1] as string;
  }
  return told;
};

/**
 * What limits and budgets have to say, beside that. They replace the upstream's words, except for the quota of a plan.
 * @param lines name, value, name, value…
 */
export const withTerms = (
  told: Readonly<Record<string, string>>,
  lines: readonly string[],
): Record<string, string> => {
  const hasQuota = Object.keys(told).some((name) => name.startsWith('x-codex-primary-'));
  const terms = Object.entries(pairsOf(lines)).filter(([name]) => !hasQuota || !name.startsWith('x-codex-'));
  return { ...told, ...Object.fromEntries(terms) };
};

/**
 * The events by which Codex is told over WebSocket what HTTP tells in header fields: the state of its turn,
 * the model that answers, its quotas.
 * @param told as `tellingHeaders` gives them
 */
export const headerFrames = (told: Record<string, string>): Buffer[] => [
  Buffer.from(JSON.stringify({ type: 'response.metadata', headers: told })),
  ...rateLimitFrames(told),
];
