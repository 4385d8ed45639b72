import type { CommonFacts, Facts, SummedLog, UsageCell } from '../../log/port.ts';
import type { FailureCount, Percentiles, UsageSummaryAnswer } from '../api-types/usage.ts';
import { savedBy } from '../cost/saved-by-cache.ts';
import { addDays, countDays, createPeriod, readPeriod } from '../select/period.ts';
import { readFilter, USAGE_FILTERS } from '../select/read-query.ts';
import { addUsed, eachUsage, findSums, showCells, type Used, usedOf } from './each-usage.ts';
import type { LogDeps } from './log.ts';
import { createSums, eachFacts } from './usage-sums.ts';

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

const groupOf = ({ errorOrigin, errorCode, status, finish }: CommonFacts) => ({
  origin: ORIGINS.find((known) => known === errorOrigin) ?? 'upstream',
  code: errorCode ?? (status && status >= 400 ? `http_${status}` : (finish ?? 'failed')),
});

const lastOf = ({ id, startedAtMs, errorMessage, status }: Facts): FailureCount['last'] => ({
  id,
  startedAt: new Date(startedAtMs).toISOString(),
  message: errorMessage ?? `the upstream answered ${status ?? 'nothing'}`,
});

/** Counts failures by who caused them and how. */
const createFailureCounts = () => {
  const counts = new Map<string, FailureCount>();
  return {
    /** @param last of so many, where that is known */
    add: (facts: CommonFacts, requests: number, last: FailureCount['last'] | undefined): void => {
      if (!facts.isFailure) return;
      const { origin, code } = groupOf(facts);
      const known = counts.get(`${origin} ${code}`);
      const told = last ?? { id: '', startedAt: '', message: '' };
      counts.set(`${origin} ${code}`, {
        origin,
        code,
        requests: (known?.requests ?? 0) + requests,
        last: known && known.last.id > told.id ? known.last : told,
      });
    },
    list: (): FailureCount[] => [...counts.values()].sort((one, other) => other.requests - one.requests),
  };
};

/** The newest cell of each group of failures: what it says is told of all of them. */
const newestFailures = ({ cells }: SummedLog): readonly UsageCell[] => {
  const newest = new Map<string, UsageCell>();
  for (const cell of cells) {
    if (!cell.facts.isFailure) continue;
    const { origin, code } = groupOf(cell.facts);
    const known = newest.get(`${origin} ${code}`);
    if (!known || cell.newestMs > known.newestMs) newest.set(`${origin} ${code}`, cell);
  }
  return [...newest.values()];
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
  const failures = createFailureCounts();
  let saved: number | null = null;
  const add = (used: Used): void => {
    addUsed(sums, used);
    const { billing, usage } = used;
    if (billing.kind === 'metered' && billing.cost) saved = (saved ?? 0) + savedBy(billing.cost, usage);
  };
  const selection = { span: period, filter };
  const summed = await findSums(log, selection, prices, { facts: 'outcomes' });
  let times: Awaited<ReturnType<SummedLog['times']>>;
  if (summed) {
    showCells(summed, prices, add);
    const newest = await summed.newestOf(newestFailures(summed));
    for (const cell of summed.cells) {
      const last = newest.get(cell);
      failures.add(cell.facts, cell.requests, last && lastOf(last));
    }
    times = await summed.times();
  } else {
    const ttfb = createSpread();
    const duration = createSpread();
    await eachFacts(log, selection, (facts) => {
      add(usedOf(facts, prices));
      failures.add(facts, 1, facts.isFailure ? lastOf(facts) : undefined);
      if (!facts.isStream || facts.finish !== 'completed') return;
      ttfb.add(facts, facts.ttfbMs);
      duration.add(facts, facts.durationMs);
    });
    const [ofTtfb, ofDuration] = [ttfb.percentiles(), duration.percentiles()];
    times = { ...(ofTtfb && { ttfb: ofTtfb }), ...(ofDuration && { duration: ofDuration }) };
  }
  const days = countDays(period);
  const before = createPeriod(
    addDays(period.startDate, -days),
    addDays(period.startDate, -1),
    period.timezone,
  );
  const previous = createSums();
  const addPrevious = (used: Used): void => addUsed(previous, used);
  await eachUsage(log, { span: before, filter }, prices, addPrevious, { facts: 'models' });
  return {
    ...sums,
    start_date: period.startDate,
    end_date: period.endDate,
    previous,
    saved_by_cache: saved,
    ...(times.ttfb ? { ttfb_ms: times.ttfb } : {}),
    ...(times.duration ? { duration_ms: times.duration } : {}),
    failures: failures.list(),
  };
};
