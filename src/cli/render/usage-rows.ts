import { mergeSums } from '../../admin/answers/usage-sums.ts';
import type { UsageSums } from '../../admin/api-types/usage.ts';
import { type UsageGroup, type UsageTable, weightOf } from '../usage/group-usage.ts';
import { drawBar } from './bar.ts';
import type { ChalkInstance } from './colour.ts';
import { displayWidth, padLeft, padRight, truncate } from './fit-width.ts';
import { formatCost, formatCount } from './format-figures.ts';
import { plainLine } from './plain-text.ts';

export interface UsageStyle {
  /** Columns of the terminal; Infinity where nothing limits a line. */
  readonly columns: number;
  readonly colour: ChalkInstance;
  /** Names of groups that are known by another one, such as those of keys. */
  readonly nameOf: (name: string | undefined) => string;
  /** How many groups are shown by themselves; the rest is one line. */
  readonly maxRows: number;
}

interface Column {
  readonly head: string;
  readonly width: number;
  readonly read: (sums: UsageSums) => string;
}

const shareText = (part: number, whole: number): string =>
  whole > 0 ? `${Math.round((100 * part) / whole)}%` : '';

/** What it cost by the token; `plan` where a subscription paid for all, `?` where a price is not known. */
const costText = (sums: UsageSums): string => {
  if (sums.total_cost !== null) return formatCost(sums.total_cost);
  if (sums.subscription_requests > 0) return 'plan';
  return sums.unpriced_requests > 0 ? '?' : '';
};

/** Most important first: the narrowest terminal keeps the first ones. */
const COLUMNS: readonly Column[] = [
  { head: 'cost', width: 7, read: costText },
  { head: 'requests', width: 8, read: ({ requests }) => formatCount(requests) },
  { head: 'in', width: 6, read: ({ input_tokens }) => formatCount(input_tokens) },
  { head: 'out', width: 6, read: ({ output_tokens }) => formatCount(output_tokens) },
  {
    head: 'cached',
    width: 6,
    read: ({ cached_input_tokens: part, input_tokens }) => shareText(part, input_tokens),
  },
  {
    head: 'failed',
    width: 6,
    read: ({ failed_requests }) => (failed_requests > 0 ? formatCount(failed_requests) : ''),
  },
];
/** In the order in which they are shown. */
const ORDER = ['requests', 'failed', 'in', 'cached', 'out', 'cost'];

const GAP = '  ';
const MIN_NAME = 12;
const MAX_NAME = 48;
const MIN_BAR = 8;
const MAX_BAR = 40;

/** So many by themselves, and what is left as one. */
const fold = (groups: readonly UsageGroup[], nameOf: UsageStyle['nameOf'], maxRows: number) => {
  const shown = groups.length <= maxRows ? groups : groups.slice(0, maxRows - 1);
  const rows = shown.map((group) => ({ group, name: plainLine(nameOf(group.name)) }));
  const rest = groups.slice(shown.length);
  if (rest.length === 0) return rows;
  return [
    ...rows,
    {
      group: { name: undefined, sums: mergeSums(rest.map(({ sums }) => sums)) },
      name: `${rest.length} others`,
    },
  ];
};

/** Usage as one grid: a line a group with a bar of its share, and the sum below. */
export const renderUsage = ({ groups, total }: UsageTable, style: UsageStyle): string => {
  const { colour, nameOf, maxRows } = style;
  const columns = Math.min(style.columns, 140);
  const rows = fold(groups, nameOf, maxRows);
  const longest = Math.max(5, ...rows.map(({ name }) => displayWidth(name)));
  const nameLeast = Math.min(longest, MIN_NAME);
  const figures: Column[] = [];
  let room = columns - nameLeast;
  for (const column of COLUMNS) {
    if (room - GAP.length - column.width < (figures.length >= 3 ? GAP.length + MIN_BAR : 0)) break;
    figures.push(column);
    room -= GAP.length + column.width;
  }
  figures.sort((one, other) => ORDER.indexOf(one.head) - ORDER.indexOf(other.head));
  const hasBar = room >= GAP.length + MIN_BAR;
  const spare = hasBar ? room - GAP.length - MIN_BAR : room;
  const nameWidth = Math.min(longest, MAX_NAME, nameLeast + spare);
  const barWidth = hasBar ? Math.min(MAX_BAR, MIN_BAR + spare - (nameWidth - nameLeast)) : 0;
  const most = Math.max(...rows.map(({ group }) => weightOf(group, total)));

  const line = (name: string, bar: string, sums: UsageSums | undefined): string => {
    const cells = [
      padRight(truncate(name, nameWidth), nameWidth),
      ...(barWidth > 0 ? [colour.cyan(padRight(bar, barWidth))] : []),
      ...figures.map(({ head, width, read }) => {
        const text = padLeft(sums ? read(sums) : head, width);
        return sums && head === 'failed' ? colour.red(text) : text;
      }),
    ];
    return cells.join(GAP).trimEnd();
  };
  const lines = [
    colour.dim(line('', '', undefined)),
    ...rows.map(({ group, name }) =>
      line(name, drawBar(weightOf(group, total) / most, barWidth), group.sums),
    ),
    colour.bold(line('total', '', total)),
  ];
  return lines.map((text) => `${text}\n`).join('');
};
