import type { Ask, AskPart, JsonObject } from '../ask.ts';
import { type AssistantTurn, arrangeTurns, type Turn } from './arrange-turns.ts';
import { takeCallExtras } from './call-extras.ts';
import { type CallIds, callIdsFor } from './call-ids.ts';
import type { ChatQuirks } from './quirks.ts';
import { joinText, type Lose, writeUserContent } from './write-content.ts';
import { type ThoughtForm, thoughtFormOf, writeThoughts } from './write-thoughts.ts';

/** A message as it goes out. */
export interface ChatMessage extends JsonObject {
  readonly role: 'system' | 'developer' | 'user' | 'assistant' | 'tool';
  readonly content: string | readonly JsonObject[] | null;
}

const NO_RESULT = '[no result: the call was interrupted]';
/** Some providers refuse an empty result, and after one some models end their turn without a word. */
const NO_OUTPUT = '[no output]';

/** Results can hold text alone: pictures follow in a message of the user's, which says what they belong to. */
const writeResults = (
  calls: AssistantTurn['calls'],
  idOf: CallIds,
  quirks: ChatQuirks,
  lose: Lose,
): ChatMessage[] => {
  const messages: ChatMessage[] = [];
  const pictures: AskPart[] = [];
  for (const { id, call, result } of calls) {
    if (result === undefined) lose('tool call without a result');
    const parts = result?.parts ?? [{ kind: 'text' as const, text: NO_RESULT }];
    const others = parts.filter(({ kind }) => kind === 'image' || kind === 'file');
    const text = [
      ...(result?.isError ? ['[failed]'] : []),
      joinText(parts),
      ...(others.length > 0 ? ['[what it shows follows below]'] : []),
    ];
    messages.push({
      role: 'tool',
      tool_call_id: idOf(id),
      content: text.filter((line) => line !== '').join('\n\n') || NO_OUTPUT,
    });
    if (others.length > 0) pictures.push({ kind: 'text', text: `[shown by ${call.name}]` }, ...others);
  }
  if (pictures.length > 0) {
    messages.push({ role: 'user', content: writeUserContent(pictures, quirks, lose) });
  }
  return messages;
};

interface Writing {
  readonly quirks: ChatQuirks;
  readonly lose: Lose;
  readonly thoughts: ThoughtForm;
  readonly idOf: CallIds;
}

const writeAssistant = (
  turn: AssistantTurn,
  { quirks, lose, thoughts: form, idOf }: Writing,
): ChatMessage[] => {
  const { parts, calls } = turn;
  const { thoughts, extrasAt } = takeCallExtras(turn.thoughts);
  if (parts.some(({ kind }) => kind === 'image' || kind === 'file')) lose('image of the model');
  const refusals = quirks.refusals ? parts.filter(({ kind }) => kind === 'refusal') : [];
  const text = joinText(parts.filter((part) => !refusals.includes(part)));
  if (text === '' && calls.length === 0 && refusals.length === 0) {
    if (thoughts.length > 0) lose('reasoning without an answer');
    return [];
  }
  const message: ChatMessage = {
    role: 'assistant',
    content: text === '' && quirks.nullContent !== false ? null : text,
    ...(refusals.length > 0 && { refusal: joinText(refusals) }),
    ...writeThoughts({ thoughts, calls }, form, lose),
    ...(calls.length > 0 && {
      tool_calls: calls.map(({ id, call: { name, json } }, place) => ({
        id: idOf(id),
        type: 'function',
        ...extrasAt.get(place),
        function: { name, arguments: json },
      })),
    }),
  };
  return [message, ...writeResults(calls, idOf, quirks, lose)];
};

const writeTurn = (turn: Turn, writing: Writing): ChatMessage[] => {
  const { quirks, lose } = writing;
  if (turn.kind === 'assistant') return writeAssistant(turn, writing);
  if (turn.kind === 'stray') {
    lose('role of a tool result without its call');
    const about = `[result of a tool call that is not in this conversation, ${turn.result.callId}]`;
    const parts: AskPart[] = [{ kind: 'text', text: about }, ...turn.result.parts];
    return [{ role: 'user', content: writeUserContent(parts, quirks, lose) }];
  }
  if (turn.role === 'user') {
    const content = writeUserContent(turn.parts, quirks, lose);
    return content.length === 0 ? [] : [{ role: 'user', content }];
  }
  if (turn.parts.some(({ kind }) => kind === 'image' || kind === 'file')) lose(`image of the ${turn.role}`);
  const content = joinText(turn.parts);
  const role = quirks.developerRole ? turn.role : 'system';
  return content === '' ? [] : [{ role, content }];
};

/** The conversation as messages, in the order in which it happened. */
export const writeMessages = ({ items, model }: Ask, quirks: ChatQuirks, lose: Lose): ChatMessage[] => {
  const turns = arrangeTurns(items);
  const thoughts = thoughtFormOf(turns, quirks.thoughts, model);
  const idOf = callIdsFor(turns, quirks, model);
  return turns.flatMap((turn) => writeTurn(turn, { quirks, lose, thoughts, idOf }));
};
