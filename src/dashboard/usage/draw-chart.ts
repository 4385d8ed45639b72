import uPlot from 'uplot';
import 'uplot/dist/uPlot.min.css';
import type { UsageBucket } from '../../admin/api-types/usage.ts';
import { formatBucket, formatCost, formatCount } from '../state/format.ts';
import { colourOf } from '../state/theme.ts';
import type { Measure, Series } from './read-series.ts';

interface Chart {
  readonly buckets: readonly UsageBucket[];
  readonly series: readonly Series[];
  readonly measure: Measure;
  readonly height: number;
  /** Told which day the pointer is at. */
  point(day: number | undefined): void;
}

const COLOURS: Readonly<Record<Series['key'], string>> = {
  cached: '--accent-mid',
  uncached: '--accent',
  output: '--output',
  reasoning: '--reasoning',
  cost: '--accent',
  covered: '--reasoning',
};

/** Each layer on top of those before it. */
const stack = (series: readonly Series[]): number[][] => {
  const sums: number[][] = [];
  for (const { values } of series) {
    const below = sums.at(-1);
    sums.push(values.map((value, day) => value + (below?.[day] ?? 0)));
  }
  return sums;
};

/**
 * Draws a day's use as a stack of bars.
 * @returns a function that takes the chart away
 */
export const drawChart = (
  place: HTMLElement,
  { buckets, series, measure, height, point }: Chart,
): (() => void) => {
  const ink = colourOf('--ink-3');
  const grid = { stroke: colourOf('--line'), width: 1 };
  const font = `11px ${getComputedStyle(document.body).fontFamily}`;
  const axis = { stroke: ink, font, ticks: { show: false }, gap: 6 };
  const sums = stack(series);
  const ground = buckets.map(() => 0);
  // A layer is drawn from the one below it: bars drawn over each other show at their edges.
  const bars = uPlot.paths.bars?.({
    size: [0.72, 48],
    disp: {
      y0: { unit: 1, values: (_, layer) => sums[layer - 2] ?? ground },
      y1: { unit: 1, values: (_, layer) => sums[layer - 1] ?? ground },
    },
  });
  const options: uPlot.Options = {
    width: place.clientWidth,
    height,
    padding: [8, 0, 0, 0],
    legend: { show: false },
    cursor: { points: { show: false }, drag: { x: false, y: false }, y: false },
    scales: {
      x: { time: false, range: [-0.6, buckets.length - 0.4] },
      y: { range: (_, __, max) => [0, max || 1] },
    },
    axes: [
      {
        ...axis,
        grid: { show: false },
        space: 64,
        size: 26,
        incrs: [1, 2, 7, 14, 30, 60, 90],
        values: (_, days) => days.map((day) => (buckets[day] ? formatBucket(buckets[day].date) : '')),
      },
      {
        ...axis,
        grid,
        size: 52,
        space: 40,
        values: (_, amounts) =>
          amounts.map((amount) =>
            measure === 'cost' ? formatCost(amount) : formatCount(amount).replace(/\.0+(?=\D)/, ''),
          ),
      },
    ],
    series: [
      {},
      ...series.map(
        ({ key }): uPlot.Series => ({
          fill: colourOf(COLOURS[key]),
          width: 0,
          points: { show: false },
          ...(bars ? { paths: bars } : {}),
        }),
      ),
    ],
    hooks: { setCursor: [(chart) => point(chart.cursor.idx ?? undefined)] },
  };
  const chart = new uPlot(options, [buckets.map((_, day) => day), ...sums], place);
  const observer = new ResizeObserver(() => chart.setSize({ width: place.clientWidth, height }));
  observer.observe(place);
  return () => {
    observer.disconnect();
    chart.destroy();
  };
};
