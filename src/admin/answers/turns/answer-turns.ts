import type { ClientEventReader, Facts } from '../../../log/port.ts';
import type { ClientToolUse, PromptTurn, SessionTurnsAnswer } from '../../api-types/turns.ts';
import type { Pricing } from '../../cost/create-pricing.ts';
import { type Loss, lossesOf, sumLosses } from '../../cost/lost-tokens.ts';
import type { DetailDeps } from '../detail.ts';
import { pageOf, readPage } from '../paging.ts';
import type { FindTitle } from '../session-title.ts';
import { summarizeSession } from '../summarize-session.ts';
import { sumFacts } from '../usage-sums.ts';
import type { FindPrompt } from './find-prompt.ts';
import { countAttempts, durationOf, type TurnFacts, toolsOf, toolTimeOf } from './group-turns.ts';
import { promptOf, readTurns, requireSession } from './read-turns.ts';
import { conversationsOf, findToolUses, type TurnPlace } from './tool-uses.ts';

export interface TurnsDeps extends DetailDeps {
  readonly findTitle: FindTitle;
  readonly findPrompt: FindPrompt;
  /** What clients tell of their tools. */
  readonly events: ClientEventReader;
}

const DEFAULT_LIMIT = 50;
const MOST = 200;

const isRunning = ({ durationMs }: Facts): boolean => Number.isNaN(durationMs);

/** Cache losses of a turn: its first request is compared with the one before it. */
const lossesIn = (turn: TurnFacts, session: readonly Facts[], prices: Pricing): readonly Loss[] => {
  const thread = session.filter(({ threadId }) => threadId === turn[0].threadId);
  const before = thread.slice(0, thread.indexOf(turn[0]));
  return lossesOf([...before, ...turn], prices).slice(lossesOf(before, prices).length);
};

const distinct = (texts: readonly (string | undefined)[]): string[] => [
  ...new Set(texts.filter((text) => text !== undefined)),
];

/** A turn in figures. @param number from 1 */
export const tellTurn = (
  turn: TurnFacts,
  number: number,
  session: readonly Facts[],
  prices: Pricing,
  prompt: string | undefined,
  uses: readonly ClientToolUse[],
): PromptTurn => {
  const [first] = turn;
  const durationMs = durationOf(turn);
  const losses = lossesIn(turn, session, prices);
  return {
    number,
    ...(first.turnId !== undefined && { turn_id: first.turnId }),
    ...(first.threadId !== undefined && { thread_id: first.threadId }),
    ...(prompt !== undefined && { prompt }),
    started_at: new Date(first.startedAtMs).toISOString(),
    ...(durationMs !== undefined && { duration_ms: durationMs }),
    tool_ms: toolTimeOf(turn),
    running: turn.some(isRunning),
    first_id: first.id,
    last_id: (turn.at(-1) ?? first).id,
    attempts: countAttempts(turn),
    cache_losses: losses.length,
    cache_loss_cost: sumLosses(losses),
    max_context_tokens: turn.reduce((most, { usage }) => Math.max(most, usage?.inputTokens ?? 0), 0),
    models: distinct(turn.map(({ model }) => model)),
    tools: toolsOf(turn),
    ...(uses.length > 0 && { tool_uses: [...uses] }),
    sums: sumFacts(turn, prices),
  };
};

const placeOf = (turn: TurnFacts): TurnPlace => {
  const { turnId, threadId, startedAtMs } = turn[0];
  return { turnId, threadId, startedAtMs, keyIds: turn.map(({ keyId }) => keyId) };
};

/** `GET audit/turns` */
export const answerTurns = async (deps: TurnsDeps, query: URLSearchParams): Promise<SessionTurnsAnswer> => {
  const { pricing, findTitle, findPrompt, events } = deps;
  const wish = readPage(query, DEFAULT_LIMIT, MOST);
  const { id, facts, anchorId } = await requireSession(deps, query);
  const [prices, turns] = await Promise.all([pricing(), readTurns(facts, findPrompt)]);
  const place = query.has('offset') ? -1 : turns.findIndex((turn) => turn.some((one) => one.id === anchorId));
  const offset = place < 0 ? wish.offset : place - (place % wish.limit);
  const { entries, ...rest } = pageOf(turns, { ...wish, offset });
  const told = await events.of(
    conversationsOf(
      id,
      facts.map(({ threadId }) => threadId),
    ),
  );
  const uses = findToolUses(turns.map(placeOf), told);
  const page: PromptTurn[] = [];
  for (const [index, turn] of entries.entries()) {
    const prompt = await promptOf(turn, findPrompt);
    const place = offset + index;
    page.push(tellTurn(turn, place + 1, facts, prices, prompt, uses[place] ?? []));
  }
  return { session: summarizeSession(id, facts, prices, await findTitle(facts)), turns: page, ...rest };
};
