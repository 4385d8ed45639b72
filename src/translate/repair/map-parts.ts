import type { Ask, AskItem, AskPart } from '../ask.ts';

const mapItem = (item: AskItem, map: (part: AskPart) => readonly AskPart[]): AskItem => {
  if (item.kind !== 'message' && item.kind !== 'result') return item;
  const parts = item.parts.flatMap(map);
  const isSame = parts.length === item.parts.length && parts.every((part, at) => part === item.parts[at]);
  return isSame ? item : { ...item, parts };
};

/** Replaces parts of messages and of results, each by none, one or several. */
export const mapParts = (ask: Ask, map: (part: AskPart) => readonly AskPart[]): Ask => {
  const items = ask.items.map((item) => mapItem(item, map));
  return items.every((item, at) => item === ask.items[at]) ? ask : { ...ask, items };
};
