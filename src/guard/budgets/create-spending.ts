import type { Clock } from '../../base/time/clock.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import type { Caller } from '../caller.ts';
import type { Budget, Subject } from './budget.ts';
import { createEstimator, type Estimated, type TokenRates } from './estimate-cost.ts';
import { nanoOf } from './ledger-counters.ts';
import type { Amount, BudgetLedger, Cost, Estimate, Reservation } from './ledger-port.ts';
import { spentError } from './refuse-spent.ts';

/** What tokens cost, as the page shows it. */
export interface Prices {
  readonly ratesFor: (asked: PricedModel) => ((inputTokens: number) => TokenRates) | undefined;
  /** What an exchange has cost, and whether that was money. */
  readonly costOf: (record: ExchangeRecord) => {
    readonly kind: 'metered' | 'subscription' | undefined;
    readonly usd: number | undefined;
  };
}

interface PricedModel {
  readonly model: string | undefined;
  readonly upstreamModel: string | undefined;
  readonly provider: string;
  readonly serviceTier: string | undefined;
  readonly startedAtMs: number;
}

/** A request that is about to leave. */
export interface SpendingRequest {
  readonly exchange: Pick<Exchange, 'id' | 'record' | 'closed'>;
  readonly caller: Caller;
  /** Of the client: what it says of its run. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly provider: string;
  /** As the client and the provider name it. */
  readonly model: string | undefined;
  readonly upstreamModel: string | undefined;
  readonly bodyBytes: number;
  readonly isContinuation: boolean;
  readonly maxOutputTokens: number | undefined;
  /** The tier that it asks for, unless it is the standard one. */
  readonly serviceTier: string | undefined;
  /** False for what costs no tokens: it is let in or refused, and counts nothing. */
  readonly isPriced: boolean;
}

/** How a request that was let in stands. */
export type Granted = Extract<Reservation, { kind: 'granted' }> & {
  /** Output tokens under the tightest ceiling; `Infinity` where there is none. */
  readonly maxOutputTokens: number;
};

/** Stands between the choice of a destination and the request that leaves for it, on every way in. */
export interface Spending {
  /**
   * @returns undefined where no budget holds
   * @throws GatewayError budget_exceeded, or rejects with it
   */
  begin(request: SpendingRequest): Granted | undefined | Promise<Granted | undefined>;
}

export interface SpendingDeps {
  readonly ledger: BudgetLedger;
  /** Whether any budget is defined, at the moment. */
  readonly hasBudgets: () => boolean;
  readonly loadPrices: () => Promise<Prices>;
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  readonly clock: Clock;
}

const RUN_HEADER = 'x-gomodel-run';
const RUN_BUDGET_HEADER = 'x-gomodel-run-budget';

const NOTHING: Amount = { nanoUsd: 0, tokens: 0 };
const MAX_NAME = 200;
const PRICES_FRESH_MS = 5_000;

const textOf = (value: string | readonly string[] | undefined): string | undefined =>
  typeof value === 'string' && value !== '' ? value.slice(0, MAX_NAME) : undefined;

/** Whom a request is counted for. */
export const subjectOf = ({ exchange, caller, headers }: SpendingRequest): Subject => ({
  userPath: caller.userPath,
  keyId: caller.keyId,
  labels: caller.labels,
  sessionId: exchange.record.client.sessionId,
  runId: textOf(headers[RUN_HEADER]),
});

/** A run may bound itself: that takes nothing from anybody. */
const runBudgetOf = (text: string | undefined): readonly Budget[] => {
  const limit = Number(text);
  if (text === undefined || !(limit >= 0) || limit > 1e6) return [];
  return [
    {
      scope: { kind: 'run', value: '', each: true },
      period: { kind: 'total' },
      timezone: 'UTC',
      unit: 'usd',
      limit,
      enforcement: 'ceiling',
      stopsRunaways: false,
      source: 'run',
    },
  ];
};

interface Begun {
  readonly estimated: Estimated;
  readonly estimate: Estimate;
  readonly isPriced: boolean;
}

export const createSpending = ({
  ledger,
  hasBudgets,
  loadPrices,
  recorder,
  clock,
}: SpendingDeps): Spending => {
  const estimator = createEstimator();
  const begun = new Map<string, Begun>();
  let prices: Prices | undefined;
  let pricesAtMs = Number.NEGATIVE_INFINITY;

  /** Prices change while the gateway runs: they are read again behind a request, never before it. */
  const refreshPrices = (): Promise<Prices> => {
    pricesAtMs = clock.monotonic();
    return loadPrices().then((loaded) => {
      prices = loaded;
      return loaded;
    });
  };

  /** An answer that began and told no usage has cost its input, and at least a token for each of its events. */
  const costOf = (record: ExchangeRecord, { estimate, isPriced }: Begun): Cost | undefined => {
    const { usage, status = 0, response } = record;
    const bill = prices?.costOf(record);
    if (usage) {
      const usd = bill?.usd ?? record.statedCostUsd ?? 0;
      const tokens = usage.totalTokens ?? (usage.inputTokens ?? 0) + (usage.outputTokens ?? 0);
      return bill?.kind === 'subscription'
        ? { nanoUsd: 0, tokens, listNanoUsd: nanoOf(usd) }
        : { nanoUsd: nanoOf(usd), tokens, listNanoUsd: 0 };
    }
    if (!isPriced || status < 200 || status >= 300 || record.provider === 'demo') return undefined;
    const { input, output } = estimate;
    const outputTokens = response.events ?? 0;
    const share = output.tokens > 0 ? outputTokens / output.tokens : 0;
    return {
      nanoUsd: input.nanoUsd + Math.round(output.nanoUsd * share),
      tokens: input.tokens + outputTokens,
      listNanoUsd: 0,
    };
  };

  recorder.subscribe(({ type, record }) => {
    if (type !== 'close') return;
    const known = begun.get(record.id);
    if (!known) return;
    begun.delete(record.id);
    if (record.usage) estimator.learn(known.estimated, record.usage);
    const cost = costOf(record, known);
    if (cost) ledger.settle(record.id, cost);
    else ledger.release(record.id);
  });

  const decide = (reservation: Reservation, { id }: Pick<Exchange, 'id'>, tokenNano: number): Granted => {
    if (reservation.kind === 'refused') {
      begun.delete(id);
      throw spentError(reservation.budget);
    }
    const { nanoUsd, tokens } = reservation.outputRoom;
    const byMoney = nanoUsd === undefined || tokenNano === 0 ? Number.POSITIVE_INFINITY : nanoUsd / tokenNano;
    const maxOutputTokens = Math.max(0, Math.floor(Math.min(byMoney, tokens ?? Number.POSITIVE_INFINITY)));
    return { ...reservation, maxOutputTokens };
  };

  const reserve = (request: SpendingRequest, own: readonly Budget[], known: Prices) => {
    const { exchange, caller, provider, model, upstreamModel, serviceTier, isPriced } = request;
    // Its client has left while the prices were loaded: nobody would free what it reserves.
    if (exchange.closed) return undefined;
    const { sessionId } = exchange.record.client;
    const subject = subjectOf(request);
    const who = caller.keyId ?? caller.userPath;
    const estimated: Estimated = {
      conversation: exchange.record.client.threadId ?? sessionId ?? who,
      keyAndModel: `${who} ${upstreamModel ?? model}`,
      bodyBytes: request.bodyBytes,
      isContinuation: request.isContinuation,
      maxOutputTokens: request.maxOutputTokens,
    };
    const isPaid = isPriced && provider !== 'chatgpt' && provider !== 'demo';
    const rates = isPaid
      ? known.ratesFor({ model, upstreamModel, provider, serviceTier, startedAtMs: clock.now() })
      : undefined;
    const estimate = isPriced ? estimator.estimate(estimated, rates) : { input: NOTHING, output: NOTHING };
    begun.set(exchange.id, { estimated, estimate, isPriced });
    const reservation = ledger.reserve(exchange.id, subject, estimate, own);
    const tokenNano = rates ? rates(estimate.input.tokens).output * 1_000 : 0;
    return reservation instanceof Promise
      ? reservation.then((settled) => decide(settled, exchange, tokenNano))
      : decide(reservation, exchange, tokenNano);
  };

  return {
    begin: (request) => {
      const own = runBudgetOf(textOf(request.headers[RUN_BUDGET_HEADER]));
      if (own.length === 0 && !hasBudgets()) return undefined;
      if (!prices) return refreshPrices().then((loaded) => reserve(request, own, loaded));
      if (clock.monotonic() - pricesAtMs > PRICES_FRESH_MS) refreshPrices().catch(() => {});
      return reserve(request, own, prices);
    },
  };
};
