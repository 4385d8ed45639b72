import { isObject, parseJson, wordOf } from '../../base/json-object.ts';
import type { AskPart, JsonObject } from '../ask.ts';
import type { CallItem, ResultItem } from './pair-results.ts';
import type { GeminiModel } from './read-model.ts';
import { writeToolName } from './tool-name.ts';
import { writeMedia } from './write-media.ts';

/** The parts of a message; empty texts are refused and left out. */
export const writeParts = (parts: readonly AskPart[], lose: (what: string) => void): JsonObject[] =>
  parts.flatMap((part): JsonObject[] => {
    if (part.kind === 'text' || part.kind === 'refusal') return part.text === '' ? [] : [{ text: part.text }];
    if (part.kind === 'image' && part.detail === 'low') lose('image detail');
    const media = writeMedia(part.url);
    if (media !== undefined) return [media];
    lose(`${part.kind} of a kind that Gemini cannot read`);
    // The model should know that there was something.
    return [{ text: `[${part.kind}: this model cannot be shown it]` }];
  });

/** Google keeps every number as a double. */
const hasLongNumber = (json: string): boolean => /\d{16}/.test(json);

const readArguments = ({ json }: CallItem, lose: (what: string) => void): JsonObject => {
  const args = parseJson(json);
  // Arguments that are not an object were repaired before.
  if (!isObject(args)) return {};
  if (hasLongNumber(json) && JSON.stringify(args) !== json.trim())
    lose('digits of long numbers in arguments');
  return args;
};

export const writeCall = (
  call: CallItem,
  model: GeminiModel,
  signature: string | undefined,
  lose: (what: string) => void,
): JsonObject => ({
  functionCall: {
    ...(model.isModern && { id: call.callId }),
    name: writeToolName(call.name),
    args: readArguments(call, lose),
  },
  ...(signature !== undefined && { thoughtSignature: signature }),
});

const textOf = (parts: readonly AskPart[]): string =>
  parts.flatMap((part) => (part.kind === 'text' || part.kind === 'refusal' ? [part.text] : [])).join('\n');

const isTakenInside = ({ inlineData }: JsonObject): boolean =>
  isObject(inlineData) && /^(?:image\/(?:png|jpeg|webp)|application\/pdf)$/.test(wordOf(inlineData.mimeType));

const NO_RESULT = 'There is no result: the call was interrupted before it gave one.';

/**
 * @returns the answer to a call, and beside it the images that a model before Gemini 3 takes only there
 * @see https://ai.google.dev/gemini-api/docs/function-calling#multimodal
 */
export const writeResult = (
  call: CallItem,
  result: ResultItem | undefined,
  model: GeminiModel,
  lose: (what: string) => void,
): { readonly response: JsonObject; readonly beside: readonly JsonObject[] } => {
  const head = { ...(model.isModern && { id: call.callId }), name: writeToolName(call.name) };
  if (result === undefined) {
    lose('calls without a result (told as interrupted)');
    return { response: { functionResponse: { ...head, response: { error: NO_RESULT } } }, beside: [] };
  }
  const media = writeParts(
    result.parts.filter(({ kind }) => kind === 'image' || kind === 'file'),
    lose,
  );
  const inside = media.filter((part) => model.isModern && isTakenInside(part));
  const text = textOf(result.parts);
  return {
    response: {
      functionResponse: {
        ...head,
        response: result.isError === true ? { error: text } : { output: text },
        ...(inside.length > 0 && { parts: inside }),
      },
    },
    beside: media.filter((part) => !inside.includes(part)),
  };
};
