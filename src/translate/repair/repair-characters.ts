import { isObject, parseJson } from '../../base/json-object.ts';
import type { AskItem, AskPart, AskTool } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

/** The escape of half a pair, within the JSON of arguments. */
const HALF_ESCAPED = /\\u[dD][89a-fA-F]/;

/** Most texts have no pair at all, which is told at once. */
const PAIRED = /[\ud800-\udfff]/;
const HALF = /\p{Surrogate}/gu;

const repairText = (text: string): string => (PAIRED.test(text) ? text.replace(HALF, '\ufffd') : text);

/** The same value where each of its texts is well formed. */
const wellFormed = <Value>(value: Value): Value => {
  const repair = (each: unknown): unknown => {
    if (typeof each === 'string') return repairText(each);
    if (Array.isArray(each)) return each.map(repair);
    if (!isObject(each)) return each;
    return Object.fromEntries(Object.entries(each).map(([name, member]) => [repair(name), repair(member)]));
  };
  return repair(value) as Value;
};

const withText = <Item extends { readonly text: string }>(item: Item): Item => {
  const text = repairText(item.text);
  return text === item.text ? item : { ...item, text };
};

const partOf = (part: AskPart): AskPart =>
  part.kind === 'text' || part.kind === 'refusal' ? withText(part) : part;

const argumentsOf = (json: string): string => {
  const text = repairText(json);
  if (!HALF_ESCAPED.test(text)) return text;
  const value = parseJson(text);
  const written = JSON.stringify(wellFormed(value));
  // Whole pairs are escaped as well: those stay as the model wrote them.
  return value === undefined || written === JSON.stringify(value) ? text : written;
};

const itemOf = (item: AskItem): AskItem => {
  if (item.kind === 'call') {
    const json = argumentsOf(item.json);
    return json === item.json ? item : { ...item, json };
  }
  if (item.kind === 'reasoning') return withText(item);
  const parts = item.parts.map(partOf);
  return parts.every((part, at) => part === item.parts[at]) ? item : { ...item, parts };
};

const toolOf = (tool: AskTool): AskTool => {
  if (tool.kind !== 'function') return tool;
  const written = JSON.stringify(tool);
  return HALF_ESCAPED.test(written) ? wellFormed(tool) : tool;
};

export const REPAIR_CHARACTERS: RepairPass = {
  name: 'repair-characters',
  reason:
    'Clients and tools cut texts in the middle of an emoji. Half of one cannot be written in UTF-8: providers refuse the body that has it (`no low surrogate in string`), and with it every later turn.',
  apply: (ask, { lose }) => {
    const items = ask.items.map(itemOf);
    const tools = ask.tools.map(toolOf);
    const isSame =
      items.every((item, at) => item === ask.items[at]) && tools.every((tool, at) => tool === ask.tools[at]);
    if (isSame) return ask;
    lose('half a character of a text (sent as �)');
    return { ...ask, items, tools };
  },
};
