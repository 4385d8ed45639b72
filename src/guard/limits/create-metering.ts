import { GatewayError } from '../../base/errors.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { Subject } from '../budgets/budget.ts';
import { codexQuotaLines } from '../budgets/budget-lines.ts';
import { type Granted, type Spending, type SpendingRequest, subjectOf } from '../budgets/create-spending.ts';
import type { DescribedBody } from '../budgets/describe-spending.ts';
import { BYTES_PER_TOKEN, FIRST_OUTPUT_TOKENS } from '../budgets/estimate-cost.ts';
import { warnOfSpent } from '../budgets/refuse-spent.ts';
import { addWarning, createRunawayGuard } from '../runaway/guard-runaway.ts';
import { isCodex, isPatientCodex } from '../speaks-as.ts';
import { limitError, pairsOf, standingLines } from './limit-lines.ts';
import type { LimitCounter, Standings, Taken } from './limit-port.ts';

interface MeteredRequest extends SpendingRequest, Pick<DescribedBody, 'findRepetition'> {
  readonly exchange: Pick<Exchange, 'id' | 'record' | 'closed' | 'update'>;
  /** True where the request goes to this provider or nowhere: its limits are asked here, not before each attempt. */
  readonly isOnlyDestination: boolean;
}

/** How a request goes on that was let in. */
export interface Passage {
  /** What its answer says of limits and budgets: name, value, name, value… */
  readonly lines: readonly string[];
  /** Output tokens at which its answer is ended; `Infinity` where there is no ceiling. */
  readonly maxOutputTokens: number;
}

/** Rate limits, then budgets: what stands between a request's destination and its leaving, on every way in. */
export interface Metering {
  /**
   * Writes into the record what its user should be warned of.
   * @returns undefined where nothing holds
   * @throws GatewayError rate_limit_exceeded, budget_exceeded, runaway_stopped, or rejects with one of them
   */
  begin(request: MeteredRequest): Passage | undefined | Promise<Passage | undefined>;
  /**
   * Counts an attempt at one of several destinations.
   * @throws GatewayError rate_limit_exceeded, or rejects with it
   */
  takeProvider(
    exchange: Pick<Exchange, 'id'>,
    provider: string,
    model: string | undefined,
    bodyBytes: number,
  ): void | Promise<void>;
}

export interface MeteringDeps {
  readonly limits: LimitCounter;
  /** Whether any limit is defined, at the moment. */
  readonly hasLimits: () => boolean;
  readonly spending: Spending;
  readonly recorder: Pick<ExchangeWatch, 'subscribe'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const NOBODY: Subject = {
  userPath: '',
  keyId: undefined,
  labels: [],
  sessionId: undefined,
  runId: undefined,
};

/** The refusal, with how the limits stand: every answer says so. */
const withStandings = (refusal: unknown, standings: Standings): unknown => {
  const lines = standingLines(standings);
  if (!(refusal instanceof GatewayError) || lines.length === 0) return refusal;
  const { code, message, headers, cause, resetsAtMs, told } = refusal;
  return new GatewayError(code, message, {
    headers: { ...pairsOf(lines), ...headers },
    cause,
    ...(resetsAtMs !== undefined && { resetsAtMs }),
    ...(told !== undefined && { told }),
  });
};

/** Codex gives up on a 429 over WebSocket, and where it is old: then it must be told in words that it shows. */
const waitsFor = ({ exchange, headers }: Pick<MeteredRequest, 'exchange' | 'headers'>): boolean =>
  !isCodex(headers) || (exchange.record.transport === 'http' && isPatientCodex(headers));

export const createMetering = ({ limits, hasLimits, spending, recorder, now }: MeteringDeps): Metering => {
  const requireTaken = (taken: Taken, waits: boolean): Standings => {
    if (taken.kind === 'refused') throw limitError(taken, now(), waits);
    return taken.standings;
  };
  const limited = new Set<string>();
  const guard = createRunawayGuard();

  recorder.subscribe(({ type, record }) => {
    if (type !== 'close') return;
    guard.note(record);
    const { id, usage } = record;
    if (!limited.delete(id)) return;
    const tokens = usage?.totalTokens ?? (usage?.inputTokens ?? 0) + (usage?.outputTokens ?? 0);
    limits.finish(id, tokens);
  });

  const take = (request: MeteredRequest): Standings | Promise<Standings> => {
    const { exchange, provider, upstreamModel, model, isOnlyDestination, isPriced } = request;
    const subject = {
      ...subjectOf(request),
      ...(isOnlyDestination && { provider, model: upstreamModel ?? model }),
    };
    const output = Math.min(request.maxOutputTokens ?? FIRST_OUTPUT_TOKENS, FIRST_OUTPUT_TOKENS);
    const tokens = isPriced ? Math.ceil(request.bodyBytes / BYTES_PER_TOKEN) + output : 0;
    limited.add(exchange.id);
    const taken = limits.take(exchange.id, subject, tokens);
    const waits = waitsFor(request);
    return taken instanceof Promise
      ? taken.then((settled) => requireTaken(settled, waits))
      : requireTaken(taken, waits);
  };

  const passageOf = (
    standings: Standings,
    granted: Granted | undefined,
    request: MeteredRequest,
  ): Passage => {
    const { exchange, headers, findRepetition } = request;
    for (const budget of granted?.warnings ?? []) addWarning(exchange.record, warnOfSpent(budget));
    guard.watch(exchange, findRepetition, granted?.stopsRunaways === true);
    const shown = granted?.tightest && isCodex(headers) ? codexQuotaLines(granted.tightest) : [];
    return {
      lines: [...standingLines(standings), ...shown],
      maxOutputTokens: granted?.maxOutputTokens ?? Number.POSITIVE_INFINITY,
    };
  };
  const spend = (request: MeteredRequest, standings: Standings) => {
    const refuse = (refusal: unknown): never => {
      throw withStandings(refusal, standings);
    };
    let granted: ReturnType<Spending['begin']>;
    try {
      granted = spending.begin(request);
    } catch (refusal) {
      return refuse(refusal);
    }
    if (granted instanceof Promise) {
      return granted.then((settled) => passageOf(standings, settled, request), refuse);
    }
    if (granted === undefined && Object.keys(standings).length === 0) {
      guard.watch(request.exchange, request.findRepetition, false);
      return undefined;
    }
    return passageOf(standings, granted, request);
  };

  return {
    begin: (request) => {
      if (!hasLimits()) return spend(request, {});
      const standings = take(request);
      if (!(standings instanceof Promise)) return spend(request, standings);
      return standings.then((settled) => spend(request, settled));
    },
    takeProvider: ({ id }, provider, model, bodyBytes) => {
      if (!hasLimits()) return undefined;
      limited.add(id);
      const tokens = Math.ceil(bodyBytes / BYTES_PER_TOKEN) + FIRST_OUTPUT_TOKENS;
      const taken = limits.take(id, { ...NOBODY, provider, model }, tokens);
      if (taken instanceof Promise) return taken.then((settled) => void requireTaken(settled, true));
      requireTaken(taken, true);
      return undefined;
    },
  };
};
