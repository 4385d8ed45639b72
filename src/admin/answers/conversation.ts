import { GatewayError } from '../../base/errors.ts';
import type { ConversationItem, ConversationPart, ScriptCall } from '../../conversation/item.ts';
import { readInContext } from '../../conversation/read-in-context.ts';
import type { Facts } from '../../log/port.ts';
import type { ConversationAnswer, SessionTurn } from '../api-types/conversation.ts';
import { type Pricing, priceEntry } from '../cost/create-pricing.ts';
import { readCount, readText } from '../select/read-query.ts';
import { findThread, sameThread } from '../select/thread.ts';
import { explainLoss } from './cache-loss.ts';
import { type DetailDeps, requireExchange } from './detail.ts';
import { pageOf, readPage } from './paging.ts';
import type { FindTitle } from './session-title.ts';
import { summarizeSession } from './summarize-session.ts';
import type { FindPrompt } from './turns/find-prompt.ts';
import { readTurns } from './turns/read-turns.ts';

export interface ConversationDeps extends DetailDeps {
  readonly findTitle: FindTitle;
  readonly findPrompt: FindPrompt;
}

const DEFAULT_LIMIT = 50;
const MOST = 200;
const MAX_TEXT = 2_000;

const shorten = (text: string): string =>
  text.length <= MAX_TEXT ? text : `${text.slice(0, MAX_TEXT - 1)}…`;

const shortenPart = (part: ConversationPart): ConversationPart => {
  if (part.kind === 'text' || part.kind === 'refusal') return { ...part, text: shorten(part.text) };
  // Half a data URL shows nothing.
  if (part.kind === 'image' && part.url.length > MAX_TEXT) return { ...part, url: '' };
  return part;
};

const shortenCall = (call: ScriptCall): ScriptCall => ({
  ...call,
  arguments: shorten(call.arguments),
  ...(call.command === undefined ? {} : { command: shorten(call.command) }),
  ...(call.patch === undefined ? {} : { patch: shorten(call.patch) }),
});

const shortenItem = (item: ConversationItem): ConversationItem => {
  switch (item.kind) {
    case 'message':
      return { ...item, parts: item.parts.map(shortenPart) };
    case 'toolOutput':
      return {
        ...item,
        parts: item.parts.map(shortenPart),
        ...(item.arguments === undefined ? {} : { arguments: shorten(item.arguments) }),
        ...(item.script === undefined ? {} : { script: item.script.map(shortenCall) }),
      };
    case 'toolCall':
      return {
        ...item,
        arguments: shorten(item.arguments),
        ...(item.patch === undefined ? {} : { patch: shorten(item.patch) }),
        ...(item.script === undefined ? {} : { script: item.script.map(shortenCall) }),
      };
    case 'reasoning':
      return { ...item, summary: item.summary.map(shorten) };
    case 'tools':
    case 'unknown':
      return { ...item, json: shorten(item.json) };
  }
};

const readTurn = async (
  { log, recorder }: ConversationDeps,
  session: readonly Facts[],
  facts: Facts,
  prices: Pricing,
): Promise<SessionTurn | undefined> => {
  const detail = await log.get(facts.id);
  if (!detail) return undefined;
  const { items, newFrom, output } = await readInContext(log, detail, session);
  const thread = sameThread(session, detail.record);
  const place = thread.findIndex(({ id }) => id === facts.id);
  const live = recorder.active.values().find(({ record }) => record.id === facts.id);
  const cacheLoss = await explainLoss(log, thread, place, detail, prices);
  return {
    entry: priceEntry(prices, live?.record ?? detail.record),
    earlierCount: newFrom,
    items: items.slice(newFrom).map(shortenItem),
    output: output.map(shortenItem),
    ...(cacheLoss ? { cacheLoss } : {}),
  };
};

/** The exchanges of one prompt, or all. @throws GatewayError invalid_request */
const narrowToTurn = async (
  facts: readonly Facts[],
  query: URLSearchParams,
  findPrompt: FindPrompt,
): Promise<readonly Facts[]> => {
  const number = readCount(query, 'turn', 0, Number.MAX_SAFE_INTEGER);
  if (number === 0) return facts;
  const turns = await readTurns(facts, findPrompt);
  const turn = turns[number - 1];
  if (turn) return turn;
  throw new GatewayError(
    'invalid_request',
    `the session has ${turns.length} turns; there is no turn ${number}.`,
    {
      param: 'turn',
    },
  );
};

/** `GET audit/conversation` */
export const answerConversation = async (
  deps: ConversationDeps,
  query: URLSearchParams,
): Promise<ConversationAnswer> => {
  const { log, pricing, findTitle, findPrompt } = deps;
  const wish = readPage(query, DEFAULT_LIMIT, MOST);
  const logId = readText(query, 'log_id');
  const session = readText(query, 'session');
  const anchor = logId === undefined ? undefined : (await requireExchange(deps, logId)).record;
  const sessionId = session ?? anchor?.client.sessionId ?? anchor?.client.threadId;
  const facts = sessionId ? await log.thread({ sessionId }) : anchor ? await findThread(log, anchor) : [];
  if (facts.length === 0) {
    const wanted = logId ?? session;
    throw new GatewayError(
      wanted === undefined ? 'invalid_request' : 'unknown_exchange',
      wanted === undefined
        ? 'log_id or session must say which conversation.'
        : `the log holds no conversation ${wanted.slice(0, 60)}.`,
      { param: 'log_id' },
    );
  }
  const prices = await pricing();
  // Without an offset, the page in which the exchange that was asked for stands.
  const shown = await narrowToTurn(facts, query, findPrompt);
  const place = query.has('offset') ? -1 : shown.findIndex(({ id }) => id === anchor?.id);
  const offset = place < 0 ? wish.offset : place - (place % wish.limit);
  const { entries, ...rest } = pageOf(shown, { ...wish, offset });
  const turns: SessionTurn[] = [];
  for (const entry of entries) {
    const turn = await readTurn(deps, facts, entry, prices);
    if (turn) turns.push(turn);
  }
  const threadId = anchor?.client.threadId;
  return {
    ...(anchor ? { anchor_id: anchor.id } : {}),
    ...(sessionId ? { session_id: sessionId } : {}),
    ...(threadId ? { thread_id: threadId } : {}),
    ...(sessionId ? { session: summarizeSession(sessionId, facts, prices, await findTitle(facts)) } : {}),
    turns,
    ...rest,
  };
};
