import { type ExchangeDetail, readStoredBody } from '../log/port.ts';
import type { ConversationItem, ConversationPart } from './item.ts';
import { readConversation } from './read-conversation.ts';

/** Where a text was said, with what stands around it. */
export interface Hit {
  /** Whose words they are: a role, the name of a tool, or `request` and `response`. */
  readonly where: string;
  readonly before: string;
  readonly match: string;
  readonly after: string;
}

const AROUND = 80;

const partText = (part: ConversationPart): string => {
  if (part.kind === 'text' || part.kind === 'refusal') return part.text;
  return part.kind === 'file' ? (part.name ?? '') : '';
};

const textsOf = (item: ConversationItem): readonly (readonly [where: string, text: string])[] => {
  switch (item.kind) {
    case 'message':
      return item.parts.map((part) => [item.role, partText(part)]);
    case 'reasoning':
      return item.summary.map((text) => ['reasoning', text]);
    case 'toolCall':
      return [[item.name, item.command ?? item.patch ?? item.arguments]];
    case 'toolOutput':
      return item.parts.map((part) => [item.name ?? 'output', partText(part)]);
    case 'tools':
    case 'unknown':
      return [[item.kind, item.json]];
  }
};

const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** @param wanted in lower case */
const hitIn = (where: string, text: string, wanted: string): Hit | undefined => {
  const at = text.toLowerCase().indexOf(wanted);
  if (at < 0) return undefined;
  const end = at + wanted.length;
  return {
    where,
    before: flat(text.slice(Math.max(0, at - AROUND), at)),
    match: flat(text.slice(at, end)),
    after: flat(text.slice(end, end + AROUND)),
  };
};

/**
 * Finds where an exchange says a text: at first in what it added, then in what was sent again, then anywhere in its
 * bodies. Without regard to case.
 */
export const findHit = async (detail: ExchangeDetail, text: string): Promise<Hit | undefined> => {
  const wanted = text.toLowerCase();
  const { items, newFrom, output, instructions } = await readConversation(detail);
  for (const item of [...items.slice(newFrom), ...output, ...items.slice(0, newFrom)]) {
    for (const [where, said] of textsOf(item)) {
      const hit = hitIn(where, said, wanted);
      if (hit) return hit;
    }
  }
  const inInstructions = hitIn('instructions', instructions ?? '', wanted);
  if (inInstructions) return inInstructions;
  for (const [where, body] of [
    ['request', detail.requestBody],
    ['response', detail.responseBody],
  ] as const) {
    const read = body && (await readStoredBody(body, where === 'request' ? 'request' : 'answer'));
    const hit = read && 'bytes' in read ? hitIn(where, read.bytes.toString(), wanted) : undefined;
    if (hit) return hit;
  }
  return undefined;
};
