import type { Facts } from '../../log/port.ts';
import type { UsageSession } from '../api-types/usage.ts';
import type { Pricing } from '../cost/create-pricing.ts';
import { type Loss, lossesOf, sumLosses } from '../cost/lost-tokens.ts';
import { sumFacts } from './usage-sums.ts';

const distinct = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

const clientOf = ({ clientName, clientVersion }: Facts): string | undefined =>
  clientName === undefined || clientVersion === undefined ? clientName : `${clientName}/${clientVersion}`;

const iso = (ms: number): string => new Date(ms).toISOString();

/** Each thread has a cache of its own. */
const lossesOfThreads = (facts: readonly Facts[], pricing: Pricing): readonly Loss[] => {
  const threads = new Map<string | undefined, Facts[]>();
  for (const one of facts) {
    const thread = threads.get(one.threadId);
    if (thread) thread.push(one);
    else threads.set(one.threadId, [one]);
  }
  return [...threads.values()].flatMap((thread) => lossesOf(thread, pricing));
};

/** A session in figures. @param facts of all its exchanges, oldest first; at least one */
export const summarizeSession = (
  sessionId: string,
  facts: readonly Facts[],
  pricing: Pricing,
  title: string | undefined,
): UsageSession => {
  const losses = lossesOfThreads(facts, pricing);
  const first = facts[0];
  const last = facts.at(-1);
  return {
    session_id: sessionId,
    thread_ids: distinct(facts.map(({ threadId }) => threadId)),
    started_at: iso(first?.startedAtMs ?? 0),
    last_request_at: iso(last?.startedAtMs ?? 0),
    ...(title === undefined ? {} : { title }),
    models: distinct(facts.map(({ model }) => model)),
    clients: distinct(facts.map(clientOf)),
    max_context_tokens: facts.reduce((most, { usage }) => Math.max(most, usage?.inputTokens ?? 0), 0),
    cache_losses: losses.length,
    cache_loss_cost: sumLosses(losses),
    running: facts.some(({ durationMs }) => Number.isNaN(durationMs)),
    last_id: last?.id ?? '',
    ...sumFacts(facts, pricing),
  };
};
