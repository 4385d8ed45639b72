import { type Attributes, nanosOf, toKeyValues } from '../otlp/attributes.ts';

/** What is counted under one name, by attributes. */
export interface Measure {
  add(attributes: Attributes, value: number): void;
  /** In the form of OTLP's JSON; undefined while nothing was counted. @param times of the points */
  describe(times: { readonly startMs: number; readonly nowMs: number }): object | undefined;
}

interface Named {
  readonly name: string;
  readonly unit: string;
  readonly description: string;
}

/** Since the gateway's start; a collector that missed some has lost nothing. */
const CUMULATIVE = 2;

const keyOf = (attributes: Attributes): string => JSON.stringify(attributes);

const describePoints = <Series extends { readonly attributes: Attributes }>(
  series: ReadonlyMap<string, Series>,
  { startMs, nowMs }: { readonly startMs: number; readonly nowMs: number },
  values: (one: Series) => object,
): object[] =>
  [...series.values()].map((one) => ({
    attributes: toKeyValues(one.attributes),
    startTimeUnixNano: nanosOf(startMs),
    timeUnixNano: nanosOf(nowMs),
    ...values(one),
  }));

/** @param isWhole whether it counts things; else it adds up fractions */
export const createSum = (named: Named, isWhole: boolean): Measure => {
  const series = new Map<string, { attributes: Attributes; total: number }>();
  return {
    add: (attributes, value) => {
      const key = keyOf(attributes);
      const one = series.get(key) ?? { attributes, total: 0 };
      one.total += value;
      series.set(key, one);
    },
    describe: (times) =>
      series.size === 0
        ? undefined
        : {
            ...named,
            sum: {
              aggregationTemporality: CUMULATIVE,
              isMonotonic: true,
              dataPoints: describePoints(series, times, ({ total }) =>
                isWhole ? { asInt: String(total) } : { asDouble: total },
              ),
            },
          },
  };
};

interface Distribution {
  readonly attributes: Attributes;
  readonly counts: number[];
  sum: number;
}

/** @param bounds of the buckets, the smallest first; what is equal to one counts below it */
export const createHistogram = (named: Named, bounds: readonly number[]): Measure => {
  const series = new Map<string, Distribution>();
  return {
    add: (attributes, value) => {
      const key = keyOf(attributes);
      const one = series.get(key) ?? { attributes, counts: Array(bounds.length + 1).fill(0), sum: 0 };
      const place = bounds.findIndex((bound) => value <= bound);
      const index = place < 0 ? bounds.length : place;
      one.counts[index] = (one.counts[index] ?? 0) + 1;
      one.sum += value;
      series.set(key, one);
    },
    describe: (times) =>
      series.size === 0
        ? undefined
        : {
            ...named,
            histogram: {
              aggregationTemporality: CUMULATIVE,
              dataPoints: describePoints(series, times, ({ counts, sum }) => ({
                count: String(counts.reduce((all, count) => all + count, 0)),
                sum,
                bucketCounts: counts.map(String),
                explicitBounds: bounds,
              })),
            },
          },
  };
};
