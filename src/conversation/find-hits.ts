import { type ExchangeDetail, readStoredBody, wordsOf } from '../log/port.ts';
import type { ConversationItem, ConversationPart, ScriptCall, ToolCall } from './item.ts';
import { readConversation } from './read-conversation.ts';
import { readOutputs } from './read-output.ts';

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

const calledText = ({ command, patch, arguments: given }: ToolCall | ScriptCall): string =>
  command ?? patch ?? given;

/** What was printed, without the JSON around it. */
const printedTexts = (part: ConversationPart): readonly string[] =>
  part.kind === 'text' ? readOutputs(part.text).map(({ text }) => text) : [partText(part)];

const textsOf = (item: ConversationItem): readonly (readonly [where: string, text: string])[] => {
  switch (item.kind) {
    case 'message':
      return item.parts.map((part) => [item.role, partText(part)]);
    case 'reasoning':
      return item.summary.map((text) => ['reasoning', text]);
    case 'toolCall':
      // What a script calls reads better than the script, which has it in quotes.
      return [...(item.script ?? []), item].map((call) => [call.name, calledText(call)]);
    case 'toolOutput':
      return item.parts.flatMap(printedTexts).map((text) => [item.name ?? 'output', text]);
    case 'tools':
    case 'unknown':
      return [[item.kind, item.json]];
  }
};

const flat = (text: string): string => text.replace(/\s+/g, ' ');

/** A text that an exchange says, and the same in lower case. */
interface Said {
  readonly where: string;
  readonly text: string;
  readonly lower: string;
}

const saidBy = (where: string, text: string): Said => ({ where, text, lower: text.toLowerCase() });

/** The words around one of those that are wanted. @returns undefined where the text has none of them */
const hitIn = ({ where, text, lower }: Said, wanted: readonly string[]): Hit | undefined => {
  const found = wanted.find((word) => lower.includes(word));
  if (found === undefined) return undefined;
  const at = lower.indexOf(found);
  const end = at + found.length;
  return {
    where,
    before: flat(text.slice(Math.max(0, at - AROUND), at)),
    match: flat(text.slice(at, end)),
    after: flat(text.slice(end, end + AROUND)),
  };
};

/** What has most of the words; of several, the first. */
const richestOf = (all: readonly Said[], wanted: readonly string[]): Said | undefined => {
  let most = 0;
  let richest: Said | undefined;
  for (const said of all) {
    const count = wanted.filter((word) => said.lower.includes(word)).length;
    if (count > most) [most, richest] = [count, said];
  }
  return richest;
};

const isShown = ({ before, match, after }: Hit, word: string): boolean =>
  `${before}${match}${after}`.toLowerCase().includes(flat(word));

/** A search of more words is shown by these. */
const MAX_WORDS = 5;
const MAX_HITS = 3;

/**
 * Finds where an exchange says the words of a search, so that each is seen once: at first in what it added, then in what
 * was sent again, then anywhere in its bodies. Without regard to case.
 * @returns at most three places; none where only its record has the words
 */
export const findHits = async (detail: ExchangeDetail, search: string): Promise<readonly Hit[]> => {
  let wanted = wordsOf(search)
    .slice(0, MAX_WORDS)
    .map((word) => word.toLowerCase());
  const hits: Hit[] = [];
  const take = (all: readonly Said[]): void => {
    while (hits.length < MAX_HITS) {
      const richest = richestOf(all, wanted);
      const hit = richest && hitIn(richest, wanted);
      if (!hit) return;
      hits.push(hit);
      wanted = wanted.filter((word) => word !== hit.match.toLowerCase() && !isShown(hit, word));
    }
  };
  const { items, newFrom, output, instructions } = await readConversation(detail);
  const saidIn = (some: readonly ConversationItem[]): readonly Said[] =>
    some.flatMap((item) => textsOf(item).map(([where, text]) => saidBy(where, text)));
  take(saidIn([...items.slice(newFrom), ...output]));
  take([...saidIn(items.slice(0, newFrom)), saidBy('instructions', instructions ?? '')]);
  for (const [where, body] of [
    ['request', detail.requestBody],
    ['response', detail.responseBody],
  ] as const) {
    if (wanted.length === 0) break;
    const read = body && (await readStoredBody(body, where === 'request' ? 'request' : 'answer'));
    if (read && 'bytes' in read) take([saidBy(where, read.bytes.toString())]);
  }
  return hits;
};
