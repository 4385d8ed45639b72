import { GatewayError } from '../../base/errors.ts';
import type { ConversationItem, ConversationPart } from '../../conversation/item.ts';
import { readConversation } from '../../conversation/read-conversation.ts';
import type { CompareAnswer, ComparedItem } from '../api-types/compare.ts';
import { billOf, priceEntry } from '../cost/create-pricing.ts';
import { readText } from '../select/read-query.ts';
import { explainDifference } from './cache-loss.ts';
import { type DetailDeps, requireExchange } from './detail.ts';

const MAX_TEXT = 20_000;
const MAX_ITEMS = 2_000;
const PER = 1_000_000;

const shorten = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;

const shortenPart = (part: ConversationPart): ConversationPart => {
  if (part.kind === 'text' || part.kind === 'refusal') return { ...part, text: shorten(part.text) };
  return part.kind === 'image' && part.url.length > MAX_TEXT ? { ...part, url: '' } : part;
};

const shortenItem = (item: ConversationItem): ConversationItem => {
  if (item.kind === 'message' || item.kind === 'toolOutput')
    return { ...item, parts: item.parts.map(shortenPart) };
  if (item.kind === 'reasoning') return { ...item, summary: item.summary.map(shorten) };
  if (item.kind === 'toolCall') return { ...item, arguments: shorten(item.arguments) };
  return { ...item, json: shorten(item.json) };
};

/** What is alike at the beginning and at the end is told once; what lies between stands beside each other by its place. */
const align = (left: readonly ConversationItem[], right: readonly ConversationItem[]): ComparedItem[] => {
  const [ours, theirs] = [left, right].map((items) => items.map((item) => JSON.stringify(item)));
  const most = Math.min(left.length, right.length);
  let head = 0;
  while (head < most && ours?.[head] === theirs?.[head]) head++;
  let tail = 0;
  while (tail < most - head && ours?.[left.length - 1 - tail] === theirs?.[right.length - 1 - tail]) tail++;
  const same = (item: ConversationItem): ComparedItem => ({ kind: 'same', item: shortenItem(item) });
  const middle = Math.max(left.length, right.length) - head - tail;
  const between = Array.from({ length: middle }, (_, place): ComparedItem => {
    const one = head + place < left.length - tail ? left[head + place] : undefined;
    const other = head + place < right.length - tail ? right[head + place] : undefined;
    return {
      kind: 'different',
      ...(one && { left: shortenItem(one) }),
      ...(other && { right: shortenItem(other) }),
    };
  });
  return [...left.slice(0, head).map(same), ...between, ...left.slice(left.length - tail).map(same)].slice(
    -MAX_ITEMS,
  );
};

const requireId = (query: URLSearchParams, name: string): string => {
  const id = readText(query, name);
  if (id !== undefined) return id;
  throw new GatewayError('invalid_request', `${name} must say which exchange.`, { param: name });
};

/** `GET audit/compare` */
export const answerCompare = async (deps: DetailDeps, query: URLSearchParams): Promise<CompareAnswer> => {
  const [left, right, prices] = await Promise.all([
    requireExchange(deps, requireId(query, 'left')),
    requireExchange(deps, requireId(query, 'right')),
    deps.pricing(),
  ]);
  const [before, after] = await Promise.all([readConversation(left), readConversation(right)]);
  const difference = await explainDifference(left, right);
  const { usage } = right.record;
  const shared = Math.min(left.record.usage?.inputTokens ?? 0, usage?.inputTokens ?? 0);
  const lost = usage?.cachedInputTokens === undefined ? 0 : Math.max(0, shared - usage.cachedInputTokens);
  const rates = billOf(prices, right.record).cost?.rates;
  return {
    left: priceEntry(prices, left.record),
    right: priceEntry(prices, right.record),
    input: align(before.items, after.items),
    output: align(before.output, after.output),
    ...(difference && { difference }),
    lost_tokens: lost,
    lost_cost: rates ? (lost * (rates.input - rates.cachedInput)) / PER : null,
  };
};
