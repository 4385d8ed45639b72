import { type ByteRange, scanMembers } from '../../json/scan-members.ts';
import type { Api } from '../../sse/answer-summary.ts';
import type { Effort } from '../../translate/ask.ts';

/** What a destination wants otherwise than the client wrote it. */
export interface BodyEdits {
  readonly model: string | undefined;
  readonly effort: Effort | undefined;
}

interface Splice extends ByteRange {
  readonly text: string;
}

const OPEN_OBJECT = 0x7b;
const CLOSE_OBJECT = 0x7d;

/** Sets a member of the object that lies at `object`: in its place, or as the last one. */
const setMember = (bytes: Buffer, object: ByteRange, key: string, json: string): Splice => {
  const members = scanMembers(bytes, object);
  const known = members?.get(key);
  if (known) return { start: known.start, end: known.end, text: json };
  const end = bytes.lastIndexOf(CLOSE_OBJECT, object.end - 1);
  return { start: end, end, text: `${members?.size ? ',' : ''}"${key}":${json}` };
};

const setEffort = (
  bytes: Buffer,
  members: ReadonlyMap<string, ByteRange>,
  api: 'responses' | 'chat',
  effort: Effort,
): Splice => {
  const body = { start: 0, end: bytes.length };
  const json = JSON.stringify(effort);
  if (api === 'chat') return setMember(bytes, body, 'reasoning_effort', json);
  const reasoning = members.get('reasoning');
  return reasoning && bytes[reasoning.start] === OPEN_OBJECT
    ? setMember(bytes, reasoning, 'effort', json)
    : setMember(bytes, body, 'reasoning', `{"effort":${json}}`);
};

/**
 * The client's body with what its destination wants otherwise; all other bytes stay as they are, and where
 * nothing is wanted otherwise, or this is not a JSON object, it is the very same buffer.
 * @param known the members of the object in `bytes`, where they have been found already
 * @param api undefined if the path is of none whose effort is known
 */
export const editBody = (
  bytes: Buffer,
  known: ReadonlyMap<string, ByteRange> | undefined,
  api: Api | undefined,
  { model, effort }: BodyEdits,
): Buffer => {
  if (model === undefined && effort === undefined) return bytes;
  const members = known ?? scanMembers(bytes);
  if (!members) return bytes;
  const splices: Splice[] = [];
  const named = members.get('model');
  if (named && model !== undefined) {
    splices.push({ start: named.start, end: named.end, text: JSON.stringify(model) });
  }
  // The others have no member for it that all models take.
  if (effort !== undefined && (api === 'responses' || api === 'chat')) {
    splices.push(setEffort(bytes, members, api, effort));
  }
  if (splices.length === 0) return bytes;
  const pieces: Buffer[] = [];
  let from = 0;
  for (const { start, end, text } of splices.sort((one, other) => one.start - other.start)) {
    pieces.push(bytes.subarray(from, start), Buffer.from(text));
    from = end;
  }
  return Buffer.concat([...pieces, bytes.subarray(from)]);
};
