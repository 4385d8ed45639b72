import { GatewayError } from '../../base/errors.ts';
import type { JsonObject } from '../../base/json-object.ts';
import type { Caller } from '../../guard/caller.ts';
import type { Facts } from '../../log/port.ts';
import { eachFacts } from '../answers/usage-sums.ts';
import { sumOf } from '../cost/price-book.ts';
import type { CallerLogDeps } from './caller-usage.ts';

/** Codex asks for the turns of a process, some at a time. */
const MAX_TURNS = 256;
/** A process of Codex may run for days; what it asks for has just ended. */
const SPAN_MS = 7 * 86_400_000;
const DIGITS = 10;

interface Turn {
  usd: number;
  events: number;
  isRunning: boolean;
  /** Of what a plan covers, or has no price, nobody can say what it cost. */
  isPriced: boolean;
  model: string | undefined;
  readonly responses: { readonly response_id: string; readonly total_usd: string }[];
}

const amountText = (usd: number): string => usd.toFixed(DIGITS);

/** @throws GatewayError invalid_request */
const readTurnIds = ({ turn_ids: ids }: JsonObject): ReadonlySet<string> => {
  const isList = Array.isArray(ids) && ids.length <= MAX_TURNS;
  if (!isList || !ids.every((id): id is string => typeof id === 'string')) {
    throw new GatewayError('invalid_request', `turn_ids is a list of at most ${MAX_TURNS} ids of turns.`, {
      param: 'turn_ids',
    });
  }
  return new Set(ids);
};

/**
 * `POST …/analytics/codex/turn-costs`: what turns have cost, as Codex asks for it when it exports metrics or logs.
 * Turns that are not known here, that nobody knows a price of, or that somebody else's key asked for are left out.
 * @throws GatewayError invalid_request
 */
export const answerTurnCosts = async (
  { log, pricing, now }: CallerLogDeps,
  { keyId }: Caller,
  asked: JsonObject,
): Promise<object> => {
  const wanted = readTurnIds(asked);
  const turns = new Map<string, Turn>();
  const nowMs = now();
  const prices = await pricing();
  const add = (id: string, facts: Facts): void => {
    const turn = turns.get(id) ?? {
      usd: 0,
      events: 0,
      isRunning: false,
      isPriced: true,
      model: undefined,
      responses: [],
    };
    turns.set(id, turn);
    if (Number.isNaN(facts.durationMs)) turn.isRunning = true;
    if (!facts.usage) return;
    const { kind, cost } = prices.bill(facts, facts.usage);
    // A plan has paid for it: nothing was spent.
    const usd = kind === 'metered' && cost ? sumOf(cost) : 0;
    if (kind === 'metered' && !cost) turn.isPriced = false;
    turn.events++;
    turn.usd += usd;
    turn.model = facts.model ?? turn.model;
    if (facts.responseId !== undefined) {
      turn.responses.push({ response_id: facts.responseId, total_usd: amountText(usd) });
    }
  };
  if (wanted.size > 0) {
    const span = { fromMs: nowMs - SPAN_MS, toMs: nowMs + SPAN_MS };
    await eachFacts(log, { span, filter: keyId === undefined ? {} : { key: keyId } }, (facts) => {
      const { turnId } = facts;
      if (turnId !== undefined && wanted.has(turnId)) add(turnId, facts);
    });
  }
  return {
    turns: [...turns]
      .filter(([, { isPriced }]) => isPriced)
      .map(([id, { usd, events, isRunning, model, responses }]) => ({
        turn_id: id,
        status: isRunning || events === 0 ? 'pending' : 'priced',
        total_usd: amountText(usd),
        event_count: events,
        responses,
        ...(model !== undefined && { model }),
      })),
  };
};
