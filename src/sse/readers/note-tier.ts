import type { AnswerSummary } from '../answer-summary.ts';

/** What providers call the tier that needs no name. `auto` is asked for, and never what was served. */
const STANDARD: ReadonlySet<string> = new Set([
  'default',
  'standard',
  'standard_only',
  'auto',
  'on_demand',
  'unspecified',
]);
const NAME = /^[a-z0-9_.-]{1,32}$/;

/**
 * A service tier by its plain name, such as `flex`, `priority`, `fast`, `batch`.
 * @returns undefined for the standard one, and for what is no name
 */
export const readTier = (told: unknown): string | undefined => {
  if (typeof told !== 'string') return undefined;
  // Google writes `SERVICE_TIER_FLEX`, and of its cloud's traffic `ON_DEMAND_FLEX`.
  const name = told.toLowerCase().replace(/^(?:service_tier_|on_demand_)/, '');
  return NAME.test(name) && !STANDARD.has(name) ? name : undefined;
};

type Tiered = Pick<AnswerSummary, 'serviceTier'>;

/** Takes over the tier that served an answer. A stream first repeats what was asked for: the last word counts. */
export const noteTier = (summary: Tiered, told: unknown): void => {
  if (typeof told !== 'string') return;
  const tier = readTier(told);
  if (tier === undefined) delete summary.serviceTier;
  else summary.serviceTier = tier;
};

const FAST = 'fast';

/**
 * Takes over what the usage of Anthropic's API tells: the tier, and the speed, which has prices of its own.
 * @see https://platform.claude.com/docs/en/build-with-claude/fast-mode
 */
export const noteSpeed = (
  summary: Tiered,
  { speed, service_tier: tier }: { readonly speed?: unknown; readonly service_tier?: unknown },
): void => {
  if (speed === FAST) summary.serviceTier = FAST;
  else if (typeof speed === 'string' || summary.serviceTier !== FAST) noteTier(summary, tier ?? speed);
};
