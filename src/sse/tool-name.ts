import { type JsonObject, nonEmptyString } from '../base/json-object.ts';

/**
 * The tool that an output item of the Responses API calls.
 * @returns the called name, the kind of a built-in tool (`web_search`, `apply_patch`), or undefined if the
 *   item is no call
 */
export const toolNameOf = (item: JsonObject): string | undefined => {
  const type = item.type;
  if (typeof type !== 'string' || !type.endsWith('_call')) return undefined;
  return nonEmptyString(item.name) ?? type.slice(0, -'_call'.length);
};
