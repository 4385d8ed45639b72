/** The columns of the tail, in the order in which they stand on the screen. */
export const TAIL_COLUMNS = [
  'time',
  'status',
  'route',
  'model',
  'client',
  'wire',
  'ttfb',
  'duration',
  'input',
  'output',
  'outcome',
] as const;

export type TailColumn = (typeof TAIL_COLUMNS)[number];

/** How wide each column is; 0 where there is no room for it. */
export interface TailGrid {
  readonly widths: Readonly<Record<TailColumn, number>>;
  /** Blanks between two columns. */
  readonly gap: number;
}

type Step = { readonly column: TailColumn; readonly width: number } | { readonly gap: number };

/**
 * What room is spent on, most important first. At 40 columns a line says when, whether, which model and
 * how long; at 100 everything is there, each in its shortest form; from there on the forms get longer.
 */
const STEPS: readonly Step[] = [
  { column: 'duration', width: 4 },
  { column: 'model', width: 8 },
  { column: 'outcome', width: 12 }, // 39 columns
  { column: 'input', width: 11 },
  { column: 'output', width: 4 }, // 56
  { column: 'model', width: 11 },
  { column: 'ttfb', width: 4 },
  { column: 'wire', width: 13 }, // 78
  { column: 'route', width: 9 }, // 88
  { column: 'client', width: 11 }, // 100
  { column: 'outcome', width: 14 },
  { column: 'model', width: 13 },
  { column: 'ttfb', width: 5 },
  { column: 'duration', width: 5 },
  { column: 'wire', width: 17 }, // 110
  { gap: 2 }, // 120
  { column: 'outcome', width: 18 },
  { column: 'route', width: 14 },
  { column: 'input', width: 23 },
  { column: 'output', width: 26 }, // 163
  { column: 'model', width: 18 },
  { column: 'client', width: 18 },
  { column: 'outcome', width: 30 },
  { column: 'route', width: 21 }, // 194
];

const lineWidth = ({ widths, gap }: TailGrid): number => {
  const shown = TAIL_COLUMNS.map((column) => widths[column]).filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, 0) + gap * (shown.length - 1);
};

const NARROWEST: TailGrid = {
  widths: {
    time: 8,
    status: 3,
    route: 0,
    model: 0,
    client: 0,
    wire: 0,
    ttfb: 0,
    duration: 0,
    input: 0,
    output: 0,
    outcome: 6,
  },
  gap: 1,
};

const taken = (grid: TailGrid, step: Step): TailGrid =>
  'gap' in step
    ? { ...grid, gap: step.gap }
    : { ...grid, widths: { ...grid.widths, [step.column]: step.width } };

const layOutGrid = (columns: number): TailGrid => {
  let grid = NARROWEST;
  for (const step of STEPS) {
    const next = taken(grid, step);
    if (lineWidth(next) > columns) break;
    grid = next;
  }
  const spare = columns - lineWidth(grid);
  if (spare < 0) {
    const status = Math.min(grid.widths.status, columns);
    const outcome = Math.max(0, columns - status - grid.gap);
    return { ...grid, widths: { ...grid.widths, time: 0, status, outcome } };
  }
  return { ...grid, widths: { ...grid.widths, outcome: grid.widths.outcome + spare } };
};

let last = { columns: 0, grid: layOutGrid(0) };

/**
 * The one grid for a width: every line of the tail stands on it, whatever its exchange was like. What is
 * left over goes to the last column.
 * @param columns of the terminal; Infinity where nothing limits a line (a file, a pipe)
 */
export const tailGrid = (columns: number): TailGrid => {
  if (columns !== last.columns) last = { columns, grid: layOutGrid(columns) };
  return last.grid;
};
