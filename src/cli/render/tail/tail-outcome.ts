import { type ExchangeRecord, isFailure } from '../../../log/port.ts';
import { displayWidth } from '../fit-width.ts';
import { formatCount } from '../format-figures.ts';
import { plainLine } from '../plain-text.ts';
import { type Piece, secondary, type Tone } from './tail-pieces.ts';
import { toolsText } from './tools-text.ts';

/** How an exchange went, for the colour of its status and of the hop that failed. */
export const toneOf = (record: ExchangeRecord): Tone => {
  const status = record.status ?? 0;
  if (record.probe) return 'secondary';
  if (record.response.finish === 'aborted') return 'warning';
  if (isFailure(record)) return 'bad';
  return status >= 200 && status < 300 ? 'good' : 'plain';
};

const MAX_TOOLS_WIDTH = 100;
const MAX_MESSAGE_LENGTH = 2000;

/** Below this, names of tools say more than the beginning of a sentence. */
const ROOM_FOR_WORDS = 16;

const FINISH_TEXT: Readonly<Record<string, Piece>> = {
  completed: { text: '✓', tone: 'good' },
  incomplete: { text: 'incomplete', tone: 'warning' },
  failed: { text: 'failed', tone: 'bad' },
  truncated: { text: 'cut off', tone: 'bad' },
  aborted: { text: 'client left', tone: 'warning' },
  interrupted: { text: 'interrupted', tone: 'bad' },
};

/** Tools leave half of the room to the words behind them, where both do not fit. */
const toolsBefore = (words: string, response: ExchangeRecord['response'], width: number): string => {
  const whole = toolsText(response, MAX_TOOLS_WIDTH);
  if (displayWidth(whole) + 1 + displayWidth(words) <= width) return whole;
  return toolsText(response, Math.max(ROOM_FOR_WORDS, Math.floor(width / 2)));
};

/** How the answer ended, and what the model said or called last: `✓ All tests pass`, `exec_command×2 $ npm test`. */
const wordsPieces = ({ response }: ExchangeRecord, words: string, width: number): Piece[] => {
  const { finish, toolCalls = [] } = response;
  const end = finish && finish !== 'completed' ? FINISH_TEXT[finish] : undefined;
  const ended = end ? [{ ...end, text: `${end.text} ` }] : [];
  const called = toolCalls.length > 0 ? toolsBefore(words, response, width) : undefined;
  const head: Piece[] =
    called !== undefined
      ? [{ text: `${called} `, tone: 'plain' }]
      : ended.length > 0
        ? []
        : [{ text: '✓ ', tone: 'good' }];
  return [...ended, ...head, secondary(words)];
};

/** What its user is warned of, in place of what says less; where there is no room for words, a sign. */
const warningPieces = ({ warnings = [] }: ExchangeRecord, width: number): Piece[] => {
  if (warnings.length === 0 || width < 2) return [];
  const told = warnings.map(({ message }) => plainLine(message.slice(0, MAX_MESSAGE_LENGTH))).join('; ');
  return [{ text: width < ROOM_FOR_WORDS ? '! ' : `! ${told}  `, tone: 'warning' }];
};

/**
 * How the answer ended, then its tool calls; where both do not fit, tools say that it completed.
 * @param words what the model said or called last, where that is shown
 */
export const outcomePieces = (record: ExchangeRecord, width: number, words?: string): Piece[] => {
  const warned = warningPieces(record, width);
  const used = warned.reduce((sum, { text }) => sum + displayWidth(text), 0);
  return [...warned, ...endPieces(record, Math.max(0, width - used), words)];
};

const endPieces = (record: ExchangeRecord, width: number, words: string | undefined): Piece[] => {
  const { response } = record;
  const { finish, events, toolCalls = [] } = response;
  if (words && width >= ROOM_FOR_WORDS) return wordsPieces(record, words, width);
  if (record.durationMs === undefined && finish === undefined) {
    return events ? [secondary(`${formatCount(events)} ${events === 1 ? 'event' : 'events'}`)] : [];
  }
  const end = finish && FINISH_TEXT[finish];
  if (toolCalls.length === 0) return end ? [end] : [];
  if (!end) return [{ text: toolsText(response, width), tone: 'plain' }];
  const room = width - end.text.length - 1;
  const isWhole =
    finish !== 'completed' || displayWidth(toolsText(response, Number.POSITIVE_INFINITY)) <= room;
  if (!isWhole) return [{ text: toolsText(response, width), tone: 'plain' }];
  return room < 4 ? [end] : [end, { text: ` ${toolsText(response, room)}`, tone: 'plain' }];
};

/** Enough of an id to be the only one: its ten characters of time and three of chance. */
const SHORT_ID = 'req_'.length + 13;

/** A failure in one sentence: `upstream: Overloaded`. */
export interface FailureText {
  readonly hop: string;
  readonly message: string;
}

/** @returns undefined where there is no error to tell */
export const failureText = ({ error, probe }: ExchangeRecord): FailureText | undefined => {
  if (!error) return undefined;
  if (probe) return { hop: 'probe: ', message: 'it only checked whether the gateway is there' };
  const message = plainLine(error.message.slice(0, MAX_MESSAGE_LENGTH)).replace(/^gomodel-ts: /, '');
  return { hop: `${error.origin}: `, message };
};

export const widthOfFailure = ({ hop, message }: FailureText): number =>
  displayWidth(hop) + displayWidth(message);

/** The id in so many characters that `logs` finds it. */
export const shortIdOf = ({ id }: ExchangeRecord): string => id.slice(0, SHORT_ID);

/**
 * The hop that failed and what happened there; behind it, where there is room, what `logs` finds it by.
 * @returns undefined where nothing failed
 */
export const failurePieces = (record: ExchangeRecord, width: number): Piece[] | undefined => {
  const text = failureText(record);
  if (!text) return undefined;
  const pieces: Piece[] = [
    { text: text.hop, tone: toneOf(record) },
    { text: text.message, tone: record.probe ? 'secondary' : 'plain' },
  ];
  const id = `  ${shortIdOf(record)}`;
  return widthOfFailure(text) + id.length <= width ? [...pieces, secondary(id)] : pieces;
};
