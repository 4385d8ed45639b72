import { refusalOfDataUrl } from '../translate/check-image.ts';
import { refusalOfOpenAi } from '../translate/check-tool-schema.ts';
import type { ResponsesItem, ResponsesRequest } from './request-schema.ts';

const refuse = (holds: boolean, message: string): void => {
  if (!holds) throw new Error(message);
};

const checkCalls = (input: readonly ResponsesItem[]): void => {
  const waiting = new Set<string>();
  const seen = new Set<string>();
  for (const item of input) {
    if (item.type === 'function_call') {
      refuse(!seen.has(item.call_id), `Duplicate call_id ${item.call_id}`);
      const args: unknown = JSON.parse(item.arguments);
      refuse(typeof args === 'object' && args !== null, `Invalid arguments of ${item.name}`);
      seen.add(item.call_id);
      waiting.add(item.call_id);
    } else if (item.type === 'function_call_output') {
      refuse(
        waiting.delete(item.call_id),
        `No tool call found for function call output with call_id ${item.call_id}.`,
      );
    }
  }
  refuse(waiting.size === 0, `No tool output found for function call ${[...waiting].join(', ')}.`);
};

const isModels = (item: ResponsesItem | undefined): boolean =>
  item?.type === 'reasoning' ||
  item?.type === 'function_call' ||
  (item?.type === 'message' && item.role === 'assistant');

const checkThoughts = (input: readonly ResponsesItem[]): void => {
  for (const [place, item] of input.entries()) {
    if (item.type !== 'reasoning') continue;
    refuse(
      isModels(input[place + 1]),
      "Item of type 'reasoning' was provided without its required following item.",
    );
  }
};

const checkMedia = (input: readonly ResponsesItem[]): void => {
  const parts = input.flatMap((item) => {
    if (item.type === 'function_call_output') return typeof item.output === 'string' ? [] : item.output;
    return item.type === 'message' && item.role !== 'assistant' ? item.content : [];
  });
  for (const part of parts) {
    const refusal = part.type === 'input_image' ? refusalOfDataUrl(part.image_url) : undefined;
    if (refusal !== undefined) throw new Error(refusal);
  }
};

/** Which efforts the models of the tests take, as the real ones say it in their refusals. */
const checkReasoning = ({ model, reasoning, temperature, include }: ResponsesRequest): void => {
  const reasons = !/^gpt-4/.test(model);
  refuse(
    reasons || reasoning === undefined,
    "Unsupported parameter: 'reasoning.effort' is not supported with this model.",
  );
  refuse(reasons || include === undefined, 'Encrypted content is not supported with this model.');
  const isFree = !reasons || reasoning?.effort === 'none';
  refuse(
    isFree || temperature === undefined,
    "Unsupported parameter: 'temperature' is not supported with this model.",
  );
};

/** @throws Error in the words of the API */
export const checkRequest = (request: ResponsesRequest): void => {
  const { input, tools = [], tool_choice: choice } = request;
  checkCalls(input);
  checkThoughts(input);
  checkMedia(input);
  checkReasoning(request);
  for (const { parameters, name } of tools) {
    const refusal = refusalOfOpenAi(parameters, name);
    if (refusal !== undefined) throw new Error(refusal);
  }
  refuse(tools.length > 0 || choice === undefined, "Tool choice is only allowed when 'tools' are specified.");
  const names = tools.map(({ name }) => name);
  refuse(new Set(names).size === names.length, 'Tool names must be unique.');
  if (typeof choice === 'object') refuse(names.includes(choice.name), 'Tool choice not found in tools.');
};
