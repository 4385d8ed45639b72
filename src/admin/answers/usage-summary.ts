import type { Facts } from '../../log/port.ts';
import type { FailureCount, Percentiles, UsageSummaryAnswer } from '../api-types/usage.ts';
import { savedBy } from '../cost/saved-by-cache.ts';
import { addDays, countDays, createPeriod, readPeriod } from '../select/period.ts';
import { readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import type { LogDeps } from './log.ts';
import { addToSums, createSums, eachFacts } from './usage-sums.ts';

/** Collects times, and says how they are spread. */
const createSpread = () => {
  const times: number[] = [];
  let slowest = { id: '', ms: -1 };
  return {
    add: (facts: Facts, ms: number): void => {
      if (Number.isNaN(ms)) return;
      times.push(ms);
      if (ms > slowest.ms) slowest = { id: facts.id, ms };
    },
    percentiles: (): Percentiles | undefined => {
      const sorted = Float64Array.from(times).sort();
      const at = (share: number): number => sorted[Math.floor((sorted.length - 1) * share)] ?? 0;
      return sorted.length === 0 ? undefined : { p50: at(0.5), p95: at(0.95), slowest };
    },
  };
};

const ORIGINS = ['client', 'gateway', 'network', 'upstream'] as const;

/** Counts failures by who caused them and how. */
const createFailureCounts = () => {
  const counts = new Map<string, FailureCount>();
  return {
    add: (facts: Facts): void => {
      if (!facts.isFailure) return;
      const { id, startedAtMs, errorOrigin, errorCode, errorMessage, status, finish } = facts;
      const origin = ORIGINS.find((known) => known === errorOrigin) ?? 'upstream';
      const code = errorCode ?? (status && status >= 400 ? `http_${status}` : (finish ?? 'failed'));
      const known = counts.get(`${origin} ${code}`);
      const message = errorMessage ?? `the upstream answered ${status ?? 'nothing'}`;
      const last = { id, startedAt: new Date(startedAtMs).toISOString(), message };
      counts.set(`${origin} ${code}`, {
        origin,
        code,
        requests: (known?.requests ?? 0) + 1,
        last: known && known.last.id > id ? known.last : last,
      });
    },
    list: (): FailureCount[] => [...counts.values()].sort((one, other) => other.requests - one.requests),
  };
};

/** `GET usage/summary` */
export const answerSummary = async (
  { log, pricing, now }: LogDeps,
  query: URLSearchParams,
): Promise<UsageSummaryAnswer> => {
  const period = readPeriod(query, now());
  const filter = readFilter(query, USAGE_FILTERS);
  const prices = await pricing();
  const sums = createSums();
  const ttfb = createSpread();
  const duration = createSpread();
  const failures = createFailureCounts();
  let saved: number | null = null;
  await eachFacts(log, { span: period, filter }, (facts) => {
    const billing = prices.bill(facts, facts.usage);
    addToSums(sums, facts, billing);
    failures.add(facts);
    if (facts.isStream && facts.finish === 'completed') {
      ttfb.add(facts, facts.ttfbMs);
      duration.add(facts, facts.durationMs);
    }
    if (billing.kind === 'metered' && billing.cost) {
      saved = (saved ?? 0) + savedBy(billing.cost, facts.usage);
    }
  });
  const days = countDays(period);
  const before = createPeriod(
    addDays(period.startDate, -days),
    addDays(period.startDate, -1),
    period.timezone,
  );
  const previous = createSums();
  await eachFacts(log, { span: before, filter }, (facts) =>
    addToSums(previous, facts, prices.bill(facts, facts.usage)),
  );
  const ttfbMs = ttfb.percentiles();
  const durationMs = duration.percentiles();
  return {
    ...sums,
    start_date: period.startDate,
    end_date: period.endDate,
    previous,
    saved_by_cache: saved,
    ...(ttfbMs ? { ttfb_ms: ttfbMs } : {}),
    ...(durationMs ? { duration_ms: durationMs } : {}),
    failures: failures.list(),
  };
};
