import {
  countAttempts,
  durationOf,
  groupTurns,
  toolsOf,
  toolTimeOf,
} from '../../../src/admin/answers/turns/group-turns.ts';
import type {
  ContextPart,
  PromptTurn,
  SessionTurnsAnswer,
  SessionWorkAnswer,
} from '../../../src/admin/api-types/turns.ts';
import { createMeasures } from '../../../src/conversation/measure-items.ts';
import { factsOfRecord } from '../../../src/log/facts.ts';
import { page, summarizeSession } from './answer-usage.ts';
import { type FixtureExchange, lossCostOf } from './fixture-exchange.ts';
import { turnOf } from './fixture-turn.ts';
import { sumUsage } from './sum-usage.ts';

const threadOf = (all: readonly FixtureExchange[], query: URLSearchParams): FixtureExchange[] => {
  const anchor = all.find(({ entry }) => entry.id === query.get('log_id'));
  const session = query.get('session') ?? anchor?.entry.client.sessionId;
  return all.filter(({ entry }) => entry.client.sessionId === session);
};

/** The exchanges of each prompt. */
export const promptsOf = (thread: readonly FixtureExchange[]): FixtureExchange[][] => {
  const byId = new Map(thread.map((exchange) => [exchange.entry.id, exchange]));
  return groupTurns(thread.map(({ entry }) => factsOfRecord(entry))).map((turn) =>
    turn.map(({ id }) => byId.get(id) as FixtureExchange),
  );
};

const tell = (exchanges: readonly FixtureExchange[], number: number): PromptTurn => {
  const entries = exchanges.map(({ entry }) => entry);
  const [turn] = groupTurns(entries.map(factsOfRecord));
  if (!turn) throw new Error('a prompt has at least one exchange');
  const first = exchanges[0] as FixtureExchange;
  const prompt = first.turn?.scenario.steps[first.turn.step]?.user;
  const durationMs = durationOf(turn);
  const uses = exchanges.flatMap(({ toolUses = [] }) => toolUses);
  return {
    number,
    ...(prompt !== undefined && { prompt }),
    started_at: first.entry.startedAt,
    ...(durationMs !== undefined && { duration_ms: durationMs }),
    tool_ms: toolTimeOf(turn),
    running: durationMs === undefined,
    first_id: first.entry.id,
    last_id: entries.at(-1)?.id ?? '',
    attempts: countAttempts(turn),
    cache_losses: exchanges.filter(({ cacheLoss }) => cacheLoss).length,
    cache_loss_cost: lossCostOf(exchanges),
    max_context_tokens: Math.max(...entries.map(({ usage }) => usage?.inputTokens ?? 0)),
    models: [...new Set(entries.flatMap(({ model }) => (model ? [model] : [])))],
    tools: toolsOf(turn),
    ...(uses.length > 0 && { tool_uses: uses }),
    sums: sumUsage(entries),
  };
};

export const answerTurns = (
  all: readonly FixtureExchange[],
  query: URLSearchParams,
): SessionTurnsAnswer | undefined => {
  const thread = threadOf(all, query);
  const session = thread[0]?.entry.client.sessionId;
  if (session === undefined) return undefined;
  const turns = promptsOf(thread).map((exchanges, place) => tell(exchanges, place + 1));
  const { entries, ...rest } = page(turns, query, 50);
  return { session: summarizeSession(session, thread), turns: entries, ...rest };
};

export const answerWork = (all: readonly FixtureExchange[], query: URLSearchParams): SessionWorkAnswer => {
  const answer: SessionWorkAnswer = { patches: [], contexts: [], incomplete: false };
  for (const [place, exchanges] of promptsOf(threadOf(all, query)).entries()) {
    for (const exchange of exchanges) {
      const { id, usage } = exchange.entry;
      const { earlier = [], items, output } = turnOf(exchange, true);
      for (const item of output) {
        if (item.kind === 'toolCall' && item.patch !== undefined) {
          answer.patches.push({ id, turn: place + 1, patch: item.patch, failed: false });
        }
      }
      const measures = createMeasures();
      measures.add({ kind: 'tools' }, 9_000);
      measures.addItems([...earlier, ...items]);
      const all = [...measures.measures.values()];
      const whole = all.reduce((sum, { characters }) => sum + characters, 0);
      const tokens = usage?.inputTokens ?? 0;
      const parts = all.map(
        ({ share, characters }): ContextPart => ({
          ...share,
          tokens: Math.round((characters / whole) * tokens),
        }),
      );
      if (tokens > 0) answer.contexts.push({ id, turn: place + 1, input_tokens: tokens, parts });
    }
  }
  return answer;
};
