import type { JsonObject } from '../../base/json-object.ts';

/** What nobody needs to read: the hash of a secret, and the id, which stands beside. */
const LEFT_OUT = new Set(['sha256', 'id']);

const entriesOf = (value: object | undefined): Map<string, unknown> =>
  new Map(Object.entries(value ?? {}).filter(([name]) => !LEFT_OUT.has(name)));

/** The members in which two states differ, as they were and as they are; absent where there is no such state. */
export const changedMembers = (
  before: object | undefined,
  after: object | undefined,
): { readonly from?: JsonObject; readonly to?: JsonObject } => {
  const [was, is] = [entriesOf(before), entriesOf(after)];
  const changed = [...new Set([...was.keys(), ...is.keys()])].filter(
    (name) => JSON.stringify(was.get(name)) !== JSON.stringify(is.get(name)),
  );
  const pick = (state: Map<string, unknown>): JsonObject =>
    Object.fromEntries(changed.filter((name) => state.has(name)).map((name) => [name, state.get(name)]));
  return { ...(before && { from: pick(was) }), ...(after && { to: pick(is) }) };
};
