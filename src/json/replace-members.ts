import { listMembers } from './scan-members.ts';

/** What becomes of a member: other bytes as its value, or nothing at all. */
export type MemberEdit =
  | { readonly kind: 'set'; readonly value: readonly Buffer[] }
  | { readonly kind: 'drop' };

/**
 * Changes members of the JSON object in `bytes`; all others stay as they are written, and in their order.
 * A member that is to be set and is not there is added at the end; of a repeated key, only the last one
 * is left, since only that one counts.
 * @returns the pieces of the new object, in order (joined by the caller, once), or undefined if this is
 *   no object
 */
export const replaceMembers = (
  bytes: Buffer,
  edits: ReadonlyMap<string, MemberEdit>,
): readonly Buffer[] | undefined => {
  const members = listMembers(bytes);
  if (!members) return undefined;
  const lastOf = new Map(members.map((member, index) => [member.key, index]));
  const pieces: Buffer[] = [];
  const add = (key: Buffer | undefined, value: readonly Buffer[]): void => {
    pieces.push(pieces.length === 0 ? OPEN : COMMA);
    if (key) pieces.push(key);
    pieces.push(...value);
  };

  for (const [index, { key, keyStart, start, end }] of members.entries()) {
    const edit = edits.get(key);
    if (edit?.kind === 'drop' || (edit && lastOf.get(key) !== index)) continue;
    if (edit) add(bytes.subarray(keyStart, start), edit.value);
    else add(undefined, [bytes.subarray(keyStart, end)]);
  }
  for (const [key, edit] of edits) {
    if (edit.kind === 'set' && !lastOf.has(key)) add(Buffer.from(`${JSON.stringify(key)}:`), edit.value);
  }
  pieces.push(pieces.length === 0 ? EMPTY : CLOSE);
  return pieces;
};

const OPEN = Buffer.from('{');
const COMMA = Buffer.from(',');
const CLOSE = Buffer.from('}');
const EMPTY = Buffer.from('{}');
