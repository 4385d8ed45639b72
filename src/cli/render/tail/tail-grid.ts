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
  'cost',
  'outcome',
] as const;

export type TailColumn = (typeof TAIL_COLUMNS)[number];

/** How wide each column is; 0 where there is no room for it. */
export interface TailGrid {
  readonly widths: Readonly<Record<TailColumn, number>>;
  /** Blanks between two columns. */
  readonly gap: number;
}

/** Columns that grow together, or the blanks between all. */
type Step = { readonly widths: Partial<Record<TailColumn, number>> } | { readonly gap: number };

/**
 * What room is spent on, most important first. At 40 columns a line says when, whether, which model and
 * how long; at 100 everything is there, each in its shortest form; from there on the forms get longer.
 */
const STEPS: readonly Step[] = [
  { widths: { duration: 4 } },
  { widths: { model: 8 } },
  { widths: { outcome: 12 } }, // 39 columns
  { widths: { input: 11, output: 4 } }, // 56
  { widths: { model: 11 } },
  { widths: { ttfb: 4 } },
  { widths: { wire: 13 } }, // 78
  { widths: { route: 9 } }, // 88
  { widths: { client: 11 } }, // 100
  { widths: { outcome: 14 } },
  { widths: { model: 13 } },
  { widths: { ttfb: 5, duration: 5 } },
  { widths: { wire: 17 } }, // 110
  { gap: 2 }, // 120
  { widths: { outcome: 18 } },
  { widths: { route: 14 } },
  { widths: { input: 23, output: 26 } }, // 163
  { widths: { model: 18 } },
  { widths: { client: 18 } },
  { widths: { outcome: 30 } },
  { widths: { route: 21 } }, // 194
];

/** The same where somebody watches: what it cost and what was said last matter more than sizes and paths. */
const watchedSteps = (modelLength: number): readonly Step[] => [
  { widths: { duration: 4 } },
  { widths: { model: 8 } },
  { widths: { outcome: 12 } },
  { widths: { input: 11, output: 4 } },
  { widths: { cost: 6 } },
  { widths: { model: Math.max(11, Math.min(18, modelLength)) } },
  { widths: { ttfb: 4 } },
  { widths: { outcome: 18 } }, // 78 where models have short names
  { widths: { model: Math.max(11, modelLength) } },
  { widths: { outcome: 24 } },
  { widths: { client: 11 } },
  { widths: { wire: 13 } },
  { widths: { route: 9 } },
  { gap: 2 },
  { widths: { ttfb: 5, duration: 5 } },
  { widths: { outcome: 32 } },
  { widths: { wire: 17 } },
  { widths: { route: 14 } },
  { widths: { outcome: 50 } },
  { widths: { client: 18 } },
  { widths: { input: 23, output: 26 } },
];

/** What a grid is made for, beside a width. */
export interface GridWants {
  /** The longest name of a model so far, for a grid that somebody watches. */
  readonly modelLength: number;
}

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
    cost: 0,
    outcome: 6,
  },
  gap: 1,
};

const taken = (grid: TailGrid, step: Step): TailGrid =>
  'gap' in step ? { ...grid, gap: step.gap } : { ...grid, widths: { ...grid.widths, ...step.widths } };

const layOutGrid = (columns: number, watched: GridWants | undefined): TailGrid => {
  let grid = NARROWEST;
  for (const step of watched ? watchedSteps(watched.modelLength) : STEPS) {
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

let last: { columns: number; modelLength: number | undefined; grid: TailGrid } | undefined;

/**
 * The one grid for a width: every line of the tail stands on it, whatever its exchange was like. What is
 * left over goes to the last column.
 * @param columns of the terminal; Infinity where nothing limits a line (a file, a pipe)
 * @param watched set where a person looks on
 */
export const tailGrid = (columns: number, watched?: GridWants): TailGrid => {
  const modelLength = watched?.modelLength;
  if (last?.columns !== columns || last.modelLength !== modelLength) {
    last = { columns, modelLength, grid: layOutGrid(columns, watched) };
  }
  return last.grid;
};
