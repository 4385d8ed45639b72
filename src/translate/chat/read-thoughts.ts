import { type JsonObject, nonEmptyString, objectsOf, wordOf } from '../../base/json-object.ts';
import type { AnswerSink } from '../answer-sink.ts';
import type { ChatQuirks } from './quirks.ts';
import { createThoughtState, type ThoughtMember } from './write-thoughts.ts';

/** Thoughts of an answer, as its deltas (or its message) tell of them. */
export interface ThoughtReader {
  read(delta: JsonObject): void;
  /** Ends the thought and emits the state that the provider wants back. */
  end(): void;
}

/** The thinking of one part: a text, or parts of text. */
const partText = ({ thinking }: JsonObject): string =>
  typeof thinking === 'string'
    ? thinking
    : objectsOf(thinking)
        .map(({ text }) => wordOf(text ?? ''))
        .join('');

/** Mistral: `thinking` parts of the content. */
const thinkingParts = (content: unknown): string =>
  objectsOf(content)
    .filter(({ type }) => type === 'thinking')
    .map(partText)
    .join('');

const detailText = (detail: JsonObject): string => wordOf(detail.text ?? detail.summary ?? '');

/** Of a thought's text, in the order in which they are looked for. */
const MEMBERS = [
  'reasoning_content',
  'reasoning',
  'reasoning_text',
] as const satisfies readonly ThoughtMember[];

const thoughtText = (delta: JsonObject, details: readonly JsonObject[]): string =>
  MEMBERS.map((member) => nonEmptyString(delta[member])).find((text) => text !== undefined) ??
  (details.length > 0 ? nonEmptyString(details.map(detailText).join('')) : undefined) ??
  (Array.isArray(delta.content) ? thinkingParts(delta.content) : '');

/** Members that arrive in pieces; all others come once. */
const GROWING = ['text', 'summary', 'data'] as const;

/** Adds a chunk's detail to the one that it continues. */
const joinDetail = (details: JsonObject[], detail: JsonObject): void => {
  const last = details.at(-1);
  if (last === undefined || last.type !== detail.type || last.index !== detail.index) {
    details.push(detail);
    return;
  }
  const said = Object.fromEntries(Object.entries(detail).filter(([, value]) => value !== null));
  const joined: Record<string, unknown> = { ...last, ...said };
  for (const member of GROWING) {
    const [before, after] = [last[member], detail[member]];
    if (typeof before === 'string' && typeof after === 'string') joined[member] = before + after;
  }
  details[details.length - 1] = joined;
};

/** @param form how the provider wants its thoughts back; without it, no state is emitted */
export const createThoughtReader = (sink: AnswerSink, form: ChatQuirks['thoughts']): ThoughtReader => {
  let text = '';
  let member: ThoughtMember | undefined;
  let opaque: string | undefined;
  let details: JsonObject[] = [];
  return {
    read: (delta) => {
      const found = objectsOf(delta.reasoning_details);
      const words = thoughtText(delta, found);
      if (words !== '') {
        text += words;
        member = MEMBERS.find((name) => nonEmptyString(delta[name]) === words) ?? member;
        sink.reasoning(words);
      }
      opaque = nonEmptyString(delta.reasoning_opaque) ?? opaque;
      if (form === 'reasoning_details') for (const detail of found) joinDetail(details, detail);
    },
    end: () => {
      // What came as parts of the content cannot go back in a member that the provider does not know.
      const hasPlace = form !== 'same' || member !== undefined || opaque !== undefined;
      if (form !== undefined && hasPlace && (text !== '' || details.length > 0 || opaque !== undefined)) {
        sink.reasoningState(createThoughtState({ text, member, opaque, details }));
      }
      text = '';
      opaque = undefined;
      details = [];
    },
  };
};
