import type { Ask, AskItem } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

const isEmptyText = (part: { readonly kind: string; readonly text?: string }): boolean =>
  (part.kind === 'text' || part.kind === 'refusal') && part.text === '';

const dropIn = (item: AskItem): AskItem[] => {
  if (item.kind !== 'message' && item.kind !== 'result') return [item];
  const parts = item.parts.filter((part) => !isEmptyText(part));
  if (item.kind === 'message' && parts.length === 0) return [];
  return [parts.length === item.parts.length ? item : { ...item, parts }];
};

export const DROP_EMPTY_TEXTS: RepairPass = {
  name: 'drop-empty-texts',
  reason: 'Providers refuse an empty text and a message without content. Nothing is lost with them.',
  apply: (ask: Ask) => {
    const items = ask.items.flatMap(dropIn);
    const isSame = items.length === ask.items.length && items.every((item, at) => item === ask.items[at]);
    return isSame ? ask : { ...ask, items };
  },
};
