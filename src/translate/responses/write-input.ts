import { wordOf } from '../../base/json-object.ts';
import { type PairedCall, type Pairs, pairCalls, strayResult } from '../anthropic/pair-calls.ts';
import type { Ask, AskItem, AskPart, JsonObject } from '../ask.ts';
import type { Lose } from './read-content.ts';
import { readReasoningState } from './reasoning-state.ts';

const writeUserPart = (part: AskPart, lose: Lose): JsonObject[] => {
  switch (part.kind) {
    case 'text':
    case 'refusal':
      return [{ type: 'input_text', text: part.text }];
    case 'image':
      return [{ type: 'input_image', image_url: part.url, detail: part.detail ?? 'auto' }];
    case 'file': {
      const filename = part.name ?? 'file';
      if (/^https?:/i.test(part.url)) return [{ type: 'input_file', file_url: part.url }];
      if (part.url.startsWith('data:')) return [{ type: 'input_file', filename, file_data: part.url }];
      lose('file without its bytes');
      return [{ type: 'input_text', text: `[file ${filename}: this model cannot be shown it]` }];
    }
  }
};

const writeParts = (parts: readonly AskPart[], lose: Lose): JsonObject[] =>
  parts.flatMap((part) => writeUserPart(part, lose));

const writeAssistant = (parts: readonly AskPart[], phase: string | undefined, lose: Lose): JsonObject[] => {
  const content = parts.flatMap((part): JsonObject[] => {
    if (part.kind === 'text') return [{ type: 'output_text', text: part.text, annotations: [] }];
    if (part.kind === 'refusal') return [{ type: 'refusal', refusal: part.text }];
    lose(`${part.kind} of the model`);
    return [];
  });
  if (content.length === 0) return [];
  return [{ type: 'message', role: 'assistant', content, ...(phase !== undefined && { phase }) }];
};

const INTERRUPTED = 'There is no result: the call was interrupted.';
const FAILED: JsonObject = { type: 'input_text', text: '[failed]' };

const writeOutput = ({ id, result }: PairedCall, lose: Lose): JsonObject => {
  const head = { type: 'function_call_output', call_id: id };
  if (result === undefined) {
    lose('tool call without a result');
    return { ...head, output: INTERRUPTED };
  }
  const content = writeParts(result.parts, lose);
  const told = result.isError === true ? [FAILED, ...content] : content;
  const isText = told.every(({ type }) => type === 'input_text');
  return { ...head, output: isText ? told.map(({ text }) => wordOf(text)).join('\n\n') : told };
};

/** A thought is refused where nothing of the model's follows it. */
const withoutLooseThoughts = (input: readonly JsonObject[], lose: Lose): JsonObject[] => {
  const kept: JsonObject[] = [];
  for (const item of input.toReversed()) {
    const next = kept.at(-1);
    const leads = next?.type === 'reasoning' || next?.type === 'function_call' || next?.role === 'assistant';
    if (item.type === 'reasoning' && !leads) lose('reasoning that led to no answer');
    else kept.push(item);
  }
  return kept.reverse();
};

const writeItem = (item: AskItem, pairs: Pairs, lose: Lose): JsonObject[] => {
  if (item.kind === 'call') {
    const paired = pairs.calls.get(item);
    if (paired === undefined) return [];
    return [{ type: 'function_call', call_id: paired.id, name: item.name, arguments: item.json }];
  }
  if (item.kind === 'result') {
    const paired = pairs.answered.get(item);
    if (paired !== undefined) return [writeOutput(paired, lose)];
    lose('role of a tool result without its call');
    return [{ type: 'message', role: 'user', content: writeParts(strayResult(item), lose) }];
  }
  if (item.kind === 'reasoning') {
    const state = readReasoningState(item.state);
    if (state === undefined) lose('earlier reasoning');
    return state?.item === undefined ? [] : [state.item];
  }
  const content = writeParts(item.parts, lose);
  return content.length === 0 ? [] : [{ type: 'message', role: item.role, content }];
};

/**
 * The conversation as items of `input`, each call with one output, each thought before what it led to.
 * @see https://platform.openai.com/docs/api-reference/responses/create#responses-create-input
 */
export const writeInput = ({ items }: Pick<Ask, 'items'>, lose: Lose): JsonObject[] => {
  const pairs = pairCalls(items);
  const input: JsonObject[] = [];
  let phase: string | undefined;
  /** Calls of the present turn that nothing answers. */
  let interrupted: PairedCall[] = [];
  const endTurn = (): void => {
    input.push(...interrupted.map((paired) => writeOutput(paired, lose)));
    interrupted = [];
  };
  for (const item of items) {
    const isAssistant = item.kind === 'message' && item.role === 'assistant';
    if (item.kind === 'result' || (item.kind === 'message' && !isAssistant)) endTurn();
    if (item.kind === 'reasoning') phase = readReasoningState(item.state)?.phase ?? phase;
    const paired = item.kind === 'call' ? pairs.calls.get(item) : undefined;
    if (paired !== undefined && paired.result === undefined) interrupted.push(paired);
    if (isAssistant) {
      input.push(...writeAssistant(item.parts, phase, lose));
      phase = undefined;
    } else {
      input.push(...writeItem(item, pairs, lose));
    }
  }
  endTurn();
  return withoutLooseThoughts(input, lose);
};
