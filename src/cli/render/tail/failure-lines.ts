import { tellFailure } from '../../../base/remedies.ts';
import { type ExchangeRecord, isFailure } from '../../../log/port.ts';
import type { ChalkInstance } from '../colour.ts';
import { displayWidth, truncate, wrapLine } from '../fit-width.ts';
import { plainLine } from '../plain-text.ts';
import { shortIdOf } from './tail-outcome.ts';

const INDENT = '         → ';
const MAX_LINES = 3;
const NARROWEST = 30;

const NO_BREAK_SPACE = '\u00a0';

/** Lines of an advice, in which a command is not broken where it fits into one. */
const wrapAdvice = (advice: string, room: number): string[] => {
  const glued = advice
    .split('`')
    .map((piece, place) => (place % 2 === 1 ? piece.replaceAll(' ', NO_BREAK_SPACE) : piece))
    .join('`');
  return wrapLine(glued, room).map((line) => line.replaceAll(NO_BREAK_SPACE, ' '));
};

/**
 * What stands below the line of a failure where a person looks on: what to do, and the command that shows
 * the exchange whole.
 * @param line the line above: what it says is not said again
 * @returns lines without line breaks, none wider than `width`; none where nothing failed
 */
export const failureLines = (
  record: ExchangeRecord,
  line: string,
  width: number,
  colour: ChalkInstance,
): string[] => {
  if (!isFailure(record) || width < NARROWEST) return [];
  const { error, response } = record;
  const { remedy } = tellFailure(error?.message ?? '', error?.code ?? response.finish ?? '', error?.origin);
  const command = `gomodel-ts logs ${shortIdOf(record)}`;
  const advice = remedy === undefined ? '' : plainLine(remedy);
  const room = width - displayWidth(INDENT);
  const lines = line.includes(advice) ? [] : wrapAdvice(advice, room).slice(0, MAX_LINES);
  const last = lines.pop() ?? '';
  // The command stays in one piece: it is there to be copied.
  if (last === '') lines.push(command);
  else if (displayWidth(`${last}  ${command}`) <= room) lines.push(`${last}  ${command}`);
  else lines.push(last, command);
  return lines.map((piece, index) =>
    colour.dim((index === 0 ? INDENT : ' '.repeat(INDENT.length)) + truncate(piece.trim(), room)),
  );
};
