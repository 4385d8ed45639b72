import { GatewayError } from '../../base/errors.ts';
import type { Ask, AskItem, JsonObject } from '../ask.ts';
import type { WrittenRequest } from '../translation.ts';
import { completeSignatures } from './complete-signatures.ts';
import { methodPath, readModel } from './read-model.ts';
import { type Content, writeContents } from './write-contents.ts';
import { MAX_STOP_SEQUENCES, writeGeneration } from './write-generation.ts';
import { writeParts } from './write-parts.ts';
import { writeTools } from './write-tools.ts';

const isInstruction = (item: AskItem): boolean =>
  item.kind === 'message' && (item.role === 'system' || item.role === 'developer');

/** The leading instructions, and the rest, which has at least one item for the model to answer. */
const splitInstructions = (items: Ask['items']): { instructions: AskItem[]; rest: AskItem[] } => {
  const first = items.findIndex((item) => !isInstruction(item));
  const end = first === -1 ? Math.max(items.length - 1, 0) : first;
  return { instructions: items.slice(0, end), rest: items.slice(end) };
};

const writeInstructions = (items: readonly AskItem[], lose: (what: string) => void): JsonObject => {
  const written = items.flatMap((item) => (item.kind === 'message' ? writeParts(item.parts, lose) : []));
  const parts = written.filter((part) => 'text' in part);
  if (parts.length < written.length) lose('image or file in the instructions');
  return parts.length === 0 ? {} : { systemInstruction: { parts } };
};

/** A call must follow a user message. */
const OPENING = 'Go on.';

const openByUser = (contents: readonly Content[], lose: (what: string) => void): readonly Content[] => {
  if (contents[0]?.role !== 'model') return contents;
  lose(`a conversation that the model began ("${OPENING}" put before it)`);
  return [{ role: 'user', parts: [{ text: OPENING }] }, ...contents];
};

/**
 * @throws GatewayError invalid_request where there is nothing to answer
 * @see https://ai.google.dev/api/generate-content
 */
export const writeRequest = (ask: Ask): WrittenRequest => {
  const losses = new Set<string>();
  const lose = (what: string): void => {
    losses.add(what);
  };
  const model = readModel(ask.model);
  const { instructions, rest } = splitInstructions(ask.items);
  const contents = openByUser(writeContents(rest, model, lose), lose);
  if (contents.length === 0) {
    throw new GatewayError(
      'invalid_request',
      'The request has no message for the model: add one to `input`.',
      {
        param: 'input',
      },
    );
  }
  if (model.isModern) completeSignatures(contents, lose);
  const body = {
    ...writeInstructions(instructions, lose),
    contents,
    ...writeTools(ask, model, lose),
    ...writeGeneration(ask, model, lose),
  };
  const further = ask.stop?.slice(MAX_STOP_SEQUENCES) ?? [];
  return {
    path: methodPath(ask.model, ask.stream),
    body,
    headers: {},
    losses: [...losses],
    ...(further.length > 0 && { stops: further }),
  };
};

/** @see https://ai.google.dev/api/tokens */
export const writeCountRequest = (ask: Ask): WrittenRequest => {
  const { path, body, ...rest } = writeRequest({ ...ask, stream: false });
  const model = ask.model.includes('/') ? ask.model : `models/${ask.model}`;
  return {
    ...rest,
    path: path.replace(/:generateContent$/, ':countTokens'),
    body: { generateContentRequest: { model, ...body } },
  };
};
