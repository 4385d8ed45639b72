import { formatByteSize } from '../../base/bytes.ts';
import { GatewayError } from '../../base/errors.ts';
import { type MemberEdit, replaceMembers } from '../../json/replace-members.ts';
import type { ByteRange } from '../../json/scan-members.ts';
import { itemsUpTo, type Place } from '../../translate/response-history.ts';
import type { CreateFrame } from '../client/read-client-frame.ts';

const OPEN = Buffer.from('[');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from(']');
const TRUE = Buffer.from('true');
const MESSAGE_START = Buffer.from('{"type":"message","role":"user","content":');
const MESSAGE_END = Buffer.from('}');
const QUOTE = 0x22;
const OPEN_ARRAY = 0x5b;

const isSpace = (byte: number | undefined): boolean =>
  byte === 0x20 || byte === 0x0a || byte === 0x0d || byte === 0x09;

/** What lies between the brackets, without the white space at its ends. */
const insideArray = (bytes: Buffer, { start, end }: ByteRange): Buffer => {
  let from = start + 1;
  let to = end - 1;
  while (from < to && isSpace(bytes[from])) from++;
  while (to > from && isSpace(bytes[to - 1])) to--;
  return bytes.subarray(from, to);
};

/**
 * The items that a request brings: JSON separated by commas, empty where there are none.
 * A text instead of a list is one message of the user's.
 */
export const ownItems = ({ bytes, members }: CreateFrame): Buffer => {
  const input = members.get('input');
  if (!input) return Buffer.alloc(0);
  if (bytes[input.start] === OPEN_ARRAY) return insideArray(bytes, input);
  if (bytes[input.start] !== QUOTE) return Buffer.alloc(0);
  return Buffer.concat([MESSAGE_START, bytes.subarray(input.start, input.end), MESSAGE_END]);
};

/** Items one after another, separated by commas. */
export const joinItems = (pieces: readonly Buffer[]): Buffer[] =>
  pieces
    .filter((piece) => piece.length > 0)
    .flatMap((piece, index) => (index === 0 ? [piece] : [COMMA, piece]));

const drop: MemberEdit = { kind: 'drop' };

/**
 * The HTTP body that asks what a `response.create` asks: the same members in the same order and spelling,
 * without those of the transport, and with the whole input.
 * @param place where the conversation goes on; absent: at its beginning, or where only the upstream knows
 * @throws GatewayError request_too_large
 */
export const composeBody = (frame: CreateFrame, place: Place | undefined, maxBytes: number): Buffer => {
  const edits = new Map<string, MemberEdit>([
    ['type', drop],
    ['generate', drop],
    ['stream_id', drop],
    ['stream', { kind: 'set', value: [TRUE] }],
  ]);
  if (place || frame.previousResponseId === undefined) edits.set('previous_response_id', drop);
  if (place) {
    const items = joinItems([...itemsUpTo(place), ownItems(frame)]);
    edits.set('input', { kind: 'set', value: [OPEN, ...items, CLOSE] });
  }
  const pieces = replaceMembers(frame.bytes, edits) ?? [];
  const length = pieces.reduce((sum, piece) => sum + piece.length, 0);
  if (length > maxBytes) {
    throw new GatewayError(
      'request_too_large',
      `the conversation has grown to ${formatByteSize(length)}, and ${formatByteSize(maxBytes)} is the limit. Start a new session or compact this one, or raise BODY_SIZE_LIMIT.`,
    );
  }
  return Buffer.concat(pieces, length);
};
