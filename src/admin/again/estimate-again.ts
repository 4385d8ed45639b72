import { BYTES_PER_TOKEN, FIRST_OUTPUT_TOKENS } from '../../guard/budgets/estimate-cost.ts';
import type { ExchangeRecord } from '../../log/port.ts';
import type { SendAgainEstimate } from '../api-types/again.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { sumOf } from '../cost/price-book.ts';

/** Where a model leads. */
export interface LeadsTo {
  readonly provider: string;
  readonly upstreamModel: string | undefined;
}

/**
 * What sending a request again will cost: as many tokens as it had then, nothing of them from a cache. Other models
 * count otherwise and write more or less, so this is a guess that says what it was made from.
 * @param bodyBytes of what is sent
 */
export const estimateAgain = (
  { usage }: ExchangeRecord,
  {
    model,
    bodyBytes,
    to,
    pricing,
    nowMs,
  }: {
    readonly model: string;
    readonly bodyBytes: number;
    readonly to: LeadsTo;
    readonly pricing: Pricing;
    readonly nowMs: number;
  },
): SendAgainEstimate => {
  const inputTokens = usage?.inputTokens ?? Math.ceil(bodyBytes / BYTES_PER_TOKEN);
  const outputTokens = usage?.outputTokens ?? FIRST_OUTPUT_TOKENS;
  const { kind, cost } = pricing.bill(
    {
      model,
      upstreamModel: to.upstreamModel,
      provider: to.provider,
      serviceTier: undefined,
      startedAtMs: nowMs,
    },
    { inputTokens, outputTokens },
  );
  return {
    model,
    provider: to.provider,
    input_tokens: inputTokens,
    output_tokens: outputTokens,
    basis: usage?.inputTokens === undefined ? 'size' : 'usage',
    // The demo costs nothing; of others, no price is not free.
    cost_usd: kind === undefined ? 0 : cost ? sumOf(cost) : null,
  };
};
