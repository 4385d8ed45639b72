import type { ExchangeRecord } from '../../../log/port.ts';
import type { ChalkInstance } from '../colour.ts';
import { padLeft, padRight, truncate } from '../fit-width.ts';
import { plainLine } from '../plain-text.ts';
import {
  clientText,
  costPieces,
  durationText,
  inputPieces,
  outputPieces,
  routeText,
  statusPiece,
  timeText,
  wireText,
} from './tail-cells.ts';
import { type GridWants, TAIL_COLUMNS, type TailColumn, type TailGrid, tailGrid } from './tail-grid.ts';
import { failurePieces, failureText, outcomePieces, widthOfFailure } from './tail-outcome.ts';
import { fitPieces, type Piece, type Tone } from './tail-pieces.ts';

export interface TailLineOptions {
  /** Columns of the terminal; Infinity where nothing limits a line. */
  readonly width: number;
  readonly colour: ChalkInstance;
  /** Milliseconds since the exchange began, for one that still runs: it is then shown dim. */
  readonly runningForMs?: number;
  /** Set where a person looks on: the columns are then chosen for that. */
  readonly watched?: WatchedLine;
}

/** What a line that somebody watches says besides. */
interface WatchedLine extends GridWants {
  readonly costUsd?: number | undefined;
  /** What the model said or called last. */
  readonly words?: string | undefined;
  /** How often a client tried this in vain, such as `×30 over 26 s`. */
  readonly tries?: string | undefined;
}

/** Where a failure is told: in place of the tokens, which it seldom has and which say less. */
const FAILURE_AREA: readonly TailColumn[] = ['input', 'output', 'cost', 'outcome'];
/** Where it would be cut there: body and client can be read in `logs`. */
const LONG_FAILURE_AREA: readonly TailColumn[] = ['client', 'wire', 'ttfb', 'duration', ...FAILURE_AREA];
/** Without a column of tokens there would be no room to say it: then the failure is what matters. */
const NARROW_FAILURE_AREA: readonly TailColumn[] = ['model', 'client', 'wire', 'ttfb', 'duration', 'outcome'];

/** From here on a failure is readable beside the tokens. */
const ROOM_FOR_FAILURE = 60;

const areaWidth = ({ widths, gap }: TailGrid, area: readonly TailColumn[]): number => {
  const shown = area.map((column) => widths[column]).filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, 0) + gap * (shown.length - 1);
};

/** The smallest area that the failure is not cut in, or else the widest. */
const failureArea = (record: ExchangeRecord, grid: TailGrid, tries = ''): readonly TailColumn[] => {
  if (grid.widths.input === 0) return NARROW_FAILURE_AREA;
  const beside = record.usage?.inputTokens !== undefined && grid.widths.outcome >= ROOM_FOR_FAILURE;
  if (beside) return ['outcome'];
  const text = failureText(record);
  const needed = tries.length + (text ? widthOfFailure(text) : 0);
  return needed <= areaWidth(grid, FAILURE_AREA) ? FAILURE_AREA : LONG_FAILURE_AREA;
};

const MAX_MODEL_LENGTH = 200;

const cellOf = (
  record: ExchangeRecord,
  column: TailColumn,
  grid: TailGrid,
  { runningForMs, watched }: TailLineOptions,
): Piece[] => {
  const width = grid.widths[column];
  switch (column) {
    case 'time':
      return [{ text: timeText(record.startedAt), tone: 'secondary' }];
    case 'status': {
      const status = statusPiece(record);
      return [{ ...status, text: padRight(status.text, width) }];
    }
    case 'route':
      return [{ text: routeText(record, width), tone: 'secondary' }];
    case 'model': {
      const model = record.model && plainLine(record.model.slice(0, MAX_MODEL_LENGTH));
      if (model && record.findings && record.findings.length > 0) {
        return [
          { text: '≠ ', tone: 'warning' },
          { text: model, tone: 'plain' },
        ];
      }
      if (model) return [{ text: model, tone: 'plain' }];
      return [{ text: grid.widths.route > 0 ? '–' : routeText(record, width), tone: 'secondary' }];
    }
    case 'client':
      return [{ text: clientText(record, width), tone: 'secondary' }];
    case 'wire':
      return [{ text: wireText(record, width), tone: 'secondary' }];
    case 'ttfb':
      return [{ text: padLeft(durationText(record.ttfbMs, width), width), tone: 'secondary' }];
    case 'duration':
      return [
        { text: padLeft(durationText(record.durationMs ?? runningForMs, width), width), tone: 'plain' },
      ];
    case 'input':
      return inputPieces(record, width);
    case 'output':
      return outputPieces(record, width);
    case 'cost':
      return costPieces(watched?.costUsd, width);
    case 'outcome':
      return outcomePieces(record, width, watched?.words);
  }
};

const paint = (colour: ChalkInstance, { text, tone }: Piece): string => {
  const painters: Readonly<Record<Tone, (text: string) => string>> = {
    plain: (plain) => plain,
    secondary: colour.dim,
    good: colour.green,
    warning: colour.yellow,
    bad: colour.red,
  };
  return text.trim() === '' ? text : painters[tone](text);
};

/** The pieces of a line, cell by cell, on the grid. */
const layOut = (record: ExchangeRecord, grid: TailGrid, options: TailLineOptions): Piece[] => {
  const { tries } = options.watched ?? {};
  const note = tries === undefined ? undefined : `${tries}  `;
  const area = failureArea(record, grid, note);
  const told = failurePieces(record, areaWidth(grid, area) - (note?.length ?? 0));
  const failure = told && note ? [{ text: note, tone: 'warning' } as const, ...told] : told;
  const separator: Piece = { text: ' '.repeat(grid.gap), tone: 'plain' };
  const pieces: Piece[] = [];
  const add = (cell: readonly Piece[], width: number): void => {
    if (pieces.length > 0) pieces.push(separator);
    pieces.push(...fitPieces(cell, width));
  };
  for (const column of TAIL_COLUMNS) {
    if (failure && area.includes(column)) {
      add(failure, areaWidth(grid, area));
      break;
    }
    if (grid.widths[column] > 0) add(cellOf(record, column, grid, options), grid.widths[column]);
  }
  return pieces;
};

/**
 * One exchange as one line of the tail, on the grid of the width: it never wraps, and nothing that came
 * over the network reaches the terminal as anything but text.
 */
export const tailLine = (record: ExchangeRecord, options: TailLineOptions): string => {
  const { colour, width, runningForMs, watched } = options;
  const pieces = layOut(record, tailGrid(width, watched), options);
  if (runningForMs === undefined) {
    return pieces
      .map((piece) => paint(colour, piece))
      .join('')
      .trimEnd();
  }
  return colour.dim(
    pieces
      .map(({ text }) => text)
      .join('')
      .trimEnd(),
  );
};

/** A sentence of the tail's own, such as trouble with the disk: on a line of its own, never wrapped. */
export const noticeLine = (text: string, { width, colour }: TailLineOptions): string =>
  colour.yellow(truncate(plainLine(text), width));
