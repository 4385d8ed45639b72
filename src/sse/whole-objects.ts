import { parseJson } from '../base/json-object.ts';

/** The places behind the objects that a text consists of; undefined where something else stands between them. */
const endsOfObjects = (text: string): number[] | undefined => {
  const ends: number[] = [];
  let depth = 0;
  let inText = false;
  for (let at = 0; at < text.length; at++) {
    const character = text[at];
    if (inText) {
      if (character === '\\') at++;
      else if (character === '"') inText = false;
    } else if (character === '{') depth++;
    else if (character === '}' && --depth === 0) ends.push(at + 1);
    else if (character === '"') inText = depth > 0;
    if (depth < 0 || (depth === 0 && character !== '}' && !/\s/.test(character ?? ''))) return undefined;
  }
  return depth === 0 && !inText ? ends : undefined;
};

/**
 * How many JSON objects a text consists of, one after another: some servers write the arguments of several calls,
 * or the same ones again, behind each other.
 * @returns undefined if it is anything else
 */
export const countWholeObjects = (text: string): number | undefined => {
  if (parseJson(text) !== undefined) return 1;
  let begin = 0;
  const ends = endsOfObjects(text) ?? [];
  for (const end of ends) {
    if (parseJson(text.slice(begin, end)) === undefined) return undefined;
    begin = end;
  }
  return ends.length > 0 ? ends.length : undefined;
};
