import type { Ask, AskItem, JsonObject } from '../ask.ts';
import { type CallItem, pairResults, type ResultItem } from './pair-results.ts';
import type { GeminiModel } from './read-model.ts';
import { type GeminiState, readReasoningState } from './reasoning-state.ts';
import { signText } from './sign-text.ts';
import { restoreArguments, type SignedArguments } from './signed-call.ts';
import { writeCall, writeParts, writeResult } from './write-parts.ts';

export interface Content {
  readonly role: 'user' | 'model';
  readonly parts: JsonObject[];
}

type MessageItem = Extract<AskItem, { kind: 'message' }>;
type ReasoningItem = Extract<AskItem, { kind: 'reasoning' }>;

const isOfSameGeneration = (state: GeminiState, model: GeminiModel): boolean => {
  const [, signer] = /^gemini-(\d+)/.exec(state.model ?? '') ?? [];
  if (signer === undefined || model.generation === undefined) return true;
  return Number(signer) === Math.floor(model.generation);
};

/**
 * The conversation as Gemini wants it: what the model said in one piece, its calls answered by as many
 * results in the same order and right after, signatures on the parts that they came with.
 * @param items without the instructions at their beginning
 */
export const writeContents = (
  items: Ask['items'],
  model: GeminiModel,
  lose: (what: string) => void,
): Content[] => {
  const contents: Content[] = [];
  const { resultOf, paired } = pairResults(items);
  /** What the model says in one go. */
  let said: JsonObject[] = [];
  let calls: CallItem[] = [];
  /** Where in `said` the text begins that a signature may speak of. */
  let textFrom = 0;
  let callSignature: string | undefined;
  let signedArguments: SignedArguments | undefined;

  const answerCalls = (): void => {
    const answers = calls.map((call) => writeResult(call, resultOf.get(call), model, lose));
    if (answers.length === 0) return;
    const beside = answers.flatMap((answer) => answer.beside);
    const responses = answers.map(({ response }) => response);
    if (model.isModern || beside.length === 0) {
      contents.push({ role: 'user', parts: [...responses, ...beside] });
      return;
    }
    // Before Gemini 3, as many parts as there were calls are taken, and no picture among them.
    contents.push({ role: 'user', parts: responses }, { role: 'user', parts: beside });
  };

  const endModel = (): void => {
    if (said.length > 0) contents.push({ role: 'model', parts: said });
    answerCalls();
    said = [];
    calls = [];
    textFrom = 0;
    callSignature = undefined;
    signedArguments = undefined;
  };

  const tellUser = (parts: readonly JsonObject[]): void => {
    if (parts.length === 0) return;
    endModel();
    const last = contents.at(-1);
    // Results end a step of the model's; what its user says begins a turn.
    if (last?.role === 'user' && !last.parts.some((part) => 'functionResponse' in part)) {
      last.parts.push(...parts);
    } else {
      contents.push({ role: 'user', parts: [...parts] });
    }
  };

  const addMessage = ({ role, parts }: MessageItem): void => {
    const written = writeParts(parts, lose);
    if (role === 'assistant') {
      const texts = written.filter((part) => 'text' in part);
      if (texts.length < written.length) lose('image or file in an assistant message');
      textFrom = said.length;
      said.push(...texts);
      return;
    }
    if (role !== 'user') lose(`${role} message in mid-conversation (as the user's)`);
    tellUser(written);
  };

  const addReasoning = ({ text, state: sealed }: ReasoningItem): void => {
    const state = readReasoningState(sealed);
    if (state === undefined || !isOfSameGeneration(state, model)) {
      if (text !== '' || sealed !== undefined) lose('reasoning of another model');
      return;
    }
    const { thought, text: signatures = [], parts = [], call, args } = state;
    if (text !== '' || thought !== undefined) {
      said.push({ text, thought: true, ...(thought !== undefined && { thoughtSignature: thought }) });
      textFrom = said.length;
    }
    if (signatures.length > 0) {
      const spoken = said.splice(textFrom);
      const signed = signText(spoken.map((part) => part.text).join(''), signatures);
      if (signed === undefined) lose('signature of a text that was changed');
      said.push(...(signed ?? spoken));
    }
    said.push(...parts);
    textFrom = said.length;
    callSignature = call ?? callSignature;
    signedArguments = args ?? signedArguments;
  };

  const addCall = (call: CallItem): void => {
    const restored = signedArguments && restoreArguments(call.json, signedArguments);
    const isChanged = signedArguments !== undefined && restored === undefined;
    if (isChanged) lose('signature of a call that was changed');
    const written = restored === undefined ? call : { ...call, json: restored };
    said.push(writeCall(written, model, isChanged ? undefined : callSignature, lose));
    calls.push(call);
    callSignature = undefined;
    signedArguments = undefined;
    textFrom = said.length;
  };

  const addResult = (result: ResultItem): void => {
    if (paired.has(result)) {
      endModel();
      return;
    }
    lose("results without a call (as the user's words)");
    tellUser(writeParts(result.parts, lose));
  };

  for (const item of items) {
    if (item.kind === 'message') addMessage(item);
    else if (item.kind === 'reasoning') addReasoning(item);
    else if (item.kind === 'call') addCall(item);
    else addResult(item);
  }
  endModel();
  return contents;
};
