import type { UpstreamAnswer } from '../../forward/relay/upstream-answer.ts';
import { pairsOf } from '../../guard/limits/limit-lines.ts';

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

const readNumber = (text: string | undefined): number | undefined => {
  const number = text === undefined || text.trim() === '' ? Number.NaN : Number(text);
  return Number.isFinite(number) ? number : undefined;
};

const readSwitch = (text: string | undefined): boolean | undefined =>
  text === undefined ? undefined : /^(?:true|1)$/i.test(text);

const readWindow = (told: Record<string, string>, prefix: string): object | undefined => {
  const used_percent = readNumber(told[`${prefix}-used-percent`]);
  if (used_percent === undefined) return undefined;
  const window_minutes = readNumber(told[`${prefix}-window-minutes`]) ?? null;
  const reset_at = readNumber(told[`${prefix}-reset-at`]) ?? null;
  return { used_percent, window_minutes, reset_at };
};

/** `x-codex-primary-used-percent` → `codex`, `x-codex-other-primary-used-percent` → `codex-other` */
const LIMIT = /^x-(.+)-(?:primary|secondary)-used-percent$/;

const readCredits = (told: Record<string, string>): object | undefined => {
  const has_credits = readSwitch(told['x-codex-credits-has-credits']);
  const unlimited = readSwitch(told['x-codex-credits-unlimited']);
  if (has_credits === undefined || unlimited === undefined) return undefined;
  return { has_credits, unlimited, balance: told['x-codex-credits-balance'] ?? null };
};

const rateLimitFrames = (told: Record<string, string>): Buffer[] => {
  const limits = new Set(Object.keys(told).flatMap((name) => LIMIT.exec(name)?.[1] ?? []));
  return [...limits].map((limit) =>
    Buffer.from(
      JSON.stringify({
        type: 'codex.rate_limits',
        plan_type: told['x-codex-plan-type'],
        rate_limits: {
          primary: readWindow(told, `x-${limit}-primary`) ?? null,
          secondary: readWindow(told, `x-${limit}-secondary`) ?? null,
        },
        credits: limit === 'codex' ? readCredits(told) : undefined,
        ...(limit === 'codex' ? {} : { metered_limit_name: limit.replaceAll('-', '_') }),
      }),
    ),
  );
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
