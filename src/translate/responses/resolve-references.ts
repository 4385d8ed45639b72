import { GatewayError } from '../../base/errors.ts';
import { isObject, nonEmptyString } from '../../base/json-object.ts';
import { itemsUpTo, type ResponseHistory } from '../response-history.ts';

/** The id that an item of `input` refers to; undefined if it is an item itself. */
const referenceOf = (item: unknown): string | undefined => {
  if (!isObject(item)) return undefined;
  const isReference =
    item.type === 'item_reference' || (!('type' in item) && !('role' in item) && 'id' in item);
  return isReference ? (nonEmptyString(item.id) ?? '') : undefined;
};

const notFound = (id: string): GatewayError =>
  new GatewayError(
    'item_not_found',
    `Item with id '${id.slice(0, 100)}' not found: its provider keeps none, and the gateway keeps answers in memory only, for a while, and none that were asked for with \`store: false\`. Send the item itself in place of the reference.`,
    { param: 'input' },
  );

/** @returns undefined if the answer that has the item is not kept */
const findItems = (id: string, history: ResponseHistory): ReadonlyMap<string, unknown> | undefined => {
  const owner = history.ownerOf(id);
  const place = owner === undefined ? undefined : history.take(owner);
  if (place === undefined) return undefined;
  const items = JSON.parse(`[${itemsUpTo(place).join(',')}]`) as unknown[];
  history.giveBack(place);
  return new Map(
    items.flatMap((item) => {
      const key = isObject(item) ? nonEmptyString(item.id) : undefined;
      return key === undefined ? [] : [[key, item] as const];
    }),
  );
};

/**
 * Puts the items themselves in the place of references to them, from the answers that are kept.
 * @throws GatewayError item_not_found, as OpenAI refuses an id that it does not know
 */
export const resolveReferences = (
  input: readonly unknown[],
  history: ResponseHistory,
): readonly unknown[] => {
  if (!input.some((item) => referenceOf(item) !== undefined)) return input;
  const found = new Map<string, unknown>();
  // The last answer holds the whole conversation before it: one look is enough, however long that is.
  for (const item of input.toReversed()) {
    const id = referenceOf(item);
    if (id === undefined || found.has(id)) continue;
    const items = findItems(id, history);
    if (items?.has(id) !== true) throw notFound(id);
    for (const [key, kept] of items) if (!found.has(key)) found.set(key, kept);
  }
  return input.map((item) => {
    const id = referenceOf(item);
    return id === undefined ? item : found.get(id);
  });
};
