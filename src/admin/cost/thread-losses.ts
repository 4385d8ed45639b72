import type { Facts } from '../../log/port.ts';
import type { Pricing } from './create-pricing.ts';
import { type Loss, lostTokens, priceLoss } from './lost-tokens.ts';

/** Who asked, and what its tokens cost: of many requests the same. */
type Asked = Pick<
  Facts,
  'clientName' | 'clientVersion' | 'model' | 'upstreamModel' | 'provider' | 'serviceTier'
>;

/** A request of a thread, in few bytes: there are many. */
interface Turn {
  readonly atMs: number;
  readonly inputTokens: number;
  readonly cachedInputTokens: number | undefined;
  readonly asked: Asked;
}

/** Beyond it, older ones are not looked at: some 100 MB. */
const MAX_TURNS = 1_000_000;

/** Finds what requests paid for again of what their threads had in their contexts, whatever order they are told in. */
export const createThreadLosses = (prices: Pricing, maxTurns = MAX_TURNS) => {
  const threads = new Map<string, Turn[]>();
  const known = new Map<string, Asked>();
  let turns = 0;
  let isWhole = true;

  const askedOf = (facts: Facts): Asked => {
    const { clientName, clientVersion, model, upstreamModel, provider, serviceTier } = facts;
    const key = JSON.stringify([clientName, clientVersion, model, upstreamModel, provider, serviceTier]);
    const asked = known.get(key) ?? {
      clientName,
      clientVersion,
      model,
      upstreamModel,
      provider,
      serviceTier,
    };
    known.set(key, asked);
    return asked;
  };
  return {
    /** Those that are told first count. */
    add: (facts: Facts): void => {
      const { usage, startedAtMs } = facts;
      const thread = facts.threadId ?? facts.sessionId;
      if (thread === undefined || !usage?.inputTokens) return;
      if (turns >= maxTurns) {
        isWhole = false;
        return;
      }
      turns++;
      const { inputTokens, cachedInputTokens } = usage;
      const turn: Turn = { atMs: startedAtMs, inputTokens, cachedInputTokens, asked: askedOf(facts) };
      const all = threads.get(thread);
      if (all) all.push(turn);
      else threads.set(thread, [turn]);
    },
    each: (show: (asked: Asked, loss: Loss) => void): void => {
      for (const all of threads.values()) {
        all.sort((one, other) => one.atMs - other.atMs);
        let before: number | undefined;
        for (const { atMs, asked, inputTokens, cachedInputTokens } of all) {
          const usage = { inputTokens, ...(cachedInputTokens !== undefined && { cachedInputTokens }) };
          const tokens = lostTokens(before, usage);
          before = inputTokens;
          if (tokens > 0) show(asked, priceLoss(prices, { ...asked, startedAtMs: atMs }, usage, tokens));
        }
      }
    },
    isWhole: () => isWhole,
  };
};
