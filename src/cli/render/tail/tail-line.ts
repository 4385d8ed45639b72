import type { ExchangeRecord } from '../../../log/port.ts';
import type { ChalkInstance } from '../colour.ts';
import { padLeft, padRight, truncate } from '../fit-width.ts';
import { plainLine } from '../plain-text.ts';
import {
  clientText,
  durationText,
  inputPieces,
  outputPieces,
  routeText,
  statusPiece,
  timeText,
  wireText,
} from './tail-cells.ts';
import { TAIL_COLUMNS, type TailColumn, type TailGrid, tailGrid } from './tail-grid.ts';
import { failurePieces, outcomePieces } from './tail-outcome.ts';
import { fitPieces, type Piece, type Tone } from './tail-pieces.ts';

export interface TailLineOptions {
  /** Columns of the terminal; Infinity where nothing limits a line. */
  readonly width: number;
  readonly colour: ChalkInstance;
  /** Milliseconds since the exchange began, for one that still runs: it is then shown dim. */
  readonly runningForMs?: number;
}

/** Where a failure is told: in place of the tokens, which it seldom has and which say less. */
const FAILURE_AREA: readonly TailColumn[] = ['input', 'output', 'outcome'];
/** Without a column of tokens there would be no room to say it: then the failure is what matters. */
const NARROW_FAILURE_AREA: readonly TailColumn[] = ['model', 'client', 'wire', 'ttfb', 'duration', 'outcome'];

/** From here on a failure is readable beside the tokens. */
const ROOM_FOR_FAILURE = 60;

const areaWidth = ({ widths, gap }: TailGrid, area: readonly TailColumn[]): number => {
  const shown = area.map((column) => widths[column]).filter((width) => width > 0);
  return shown.reduce((sum, width) => sum + width, 0) + gap * (shown.length - 1);
};

const MAX_MODEL_LENGTH = 200;

const cellOf = (
  record: ExchangeRecord,
  column: TailColumn,
  grid: TailGrid,
  runningForMs: number | undefined,
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
    case 'outcome':
      return outcomePieces(record, width);
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
const layOut = (record: ExchangeRecord, grid: TailGrid, runningForMs: number | undefined): Piece[] => {
  const beside = record.usage?.inputTokens !== undefined && grid.widths.outcome >= ROOM_FOR_FAILURE;
  const area: readonly TailColumn[] =
    grid.widths.input === 0 ? NARROW_FAILURE_AREA : beside ? ['outcome'] : FAILURE_AREA;
  const failure = failurePieces(record, areaWidth(grid, area));
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
    if (grid.widths[column] > 0) add(cellOf(record, column, grid, runningForMs), grid.widths[column]);
  }
  return pieces;
};

/**
 * One exchange as one line of the tail, on the grid of the width: it never wraps, and nothing that came
 * over the network reaches the terminal as anything but text.
 */
export const tailLine = (record: ExchangeRecord, options: TailLineOptions): string => {
  const { colour, width, runningForMs } = options;
  const pieces = layOut(record, tailGrid(width), runningForMs);
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
