import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, nonEmptyString } from '../../base/json-object.ts';
import { itemsUpTo, type ResponseHistory } from '../response-history.ts';
import type { ResponseObject } from './emit/emitted-event.ts';
import { resolveReferences } from './resolve-references.ts';

/** A request that stands alone: what `previous_response_id` referred to is in its input. */
interface ResumedRequest {
  readonly request: JsonObject;
  /** Whether its answer is kept, to be referred to. */
  readonly isKept: boolean;
  keep(response: ResponseObject): void;
}

const inputItems = (input: unknown): readonly unknown[] => {
  if (typeof input === 'string') return [{ type: 'message', role: 'user', content: input }];
  return Array.isArray(input) ? input : [];
};

const idsOf = (items: readonly unknown[]): string[] =>
  items.flatMap((item) => (isObject(item) ? (nonEmptyString(item.id) ?? []) : []));

/** JSON separated by commas, and none around. */
const writeItems = (items: readonly unknown[]): Buffer => Buffer.from(JSON.stringify(items).slice(1, -1));

const readItems = (pieces: readonly Buffer[]): unknown[] => JSON.parse(`[${pieces.join(',')}]`) as unknown[];

const notFound = (id: string): GatewayError =>
  new GatewayError(
    'previous_response_not_found',
    `there is no response ${id} to go on from: its provider keeps none, and the gateway keeps answers in memory only, for a while. Send the whole conversation as \`input\`, without \`previous_response_id\`.`,
    { param: 'previous_response_id' },
  );

/**
 * Lets a client refer to an earlier answer of a provider that keeps none, and to its items.
 * @throws GatewayError previous_response_not_found, item_not_found
 */
export const resumeRequest = (request: JsonObject, history: ResponseHistory): ResumedRequest => {
  const previousId = nonEmptyString(request.previous_response_id);
  const given = inputItems(request.input);
  const own = resolveReferences(given, history);
  const isKept = request.store !== false;
  if (previousId === undefined && !isKept) {
    return { request: own === given ? request : { ...request, input: own }, isKept, keep: () => {} };
  }

  const place = previousId === undefined ? undefined : history.take(previousId);
  if (previousId !== undefined && place === undefined) throw notFound(previousId);
  const earlier = place === undefined ? [] : readItems(itemsUpTo(place));
  if (place !== undefined) history.giveBack(place);
  const { previous_response_id, ...rest } = request;
  return {
    request: { ...rest, input: [...earlier, ...own] },
    isKept,
    keep: ({ id, status, output }) => {
      if (!isKept || (status !== 'completed' && status !== 'incomplete')) return;
      // What it stood upon may have been forgotten while it was answered.
      const previous = previousId === undefined ? undefined : history.take(previousId);
      const items = previous === undefined ? [...earlier, ...own, ...output] : [...own, ...output];
      history.add(id, previous, writeItems(items), idsOf(output));
      if (previous !== undefined) history.giveBack(previous);
    },
  };
};
