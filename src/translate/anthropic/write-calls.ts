import type { ToolResultBlockParam, ToolUseBlockParam } from '@anthropic-ai/sdk/resources/messages';
import { isObject, parseJson } from '../../base/json-object.ts';
import type { PairedCall } from './pair-calls.ts';
import { type Lose, textBlocks, writeUserParts } from './write-parts.ts';

const FAILED_SILENTLY = 'The tool failed without a word.';

/** A number with more digits than JavaScript holds comes out as another. */
const isRounded = (json: string, input: object): boolean => {
  const long = json.match(/\d{16,}/g) ?? [];
  const written = long.length === 0 ? '' : JSON.stringify(input);
  return long.some((digits) => !written.includes(digits));
};

const writeInput = (json: string, lose: Lose): object => {
  const input = parseJson(json);
  // Arguments that are not an object were repaired before.
  if (!isObject(input)) return {};
  if (isRounded(json, input)) lose('digits of a number in arguments');
  return input;
};

export const writeCall = ({ id, call }: PairedCall, lose: Lose): ToolUseBlockParam => ({
  type: 'tool_use',
  id,
  name: call.name,
  input: writeInput(call.json, lose),
});

/** A call without a result is answered as well: the API insists on it. */
export const writeResult = ({ id, result }: PairedCall, lose: Lose): ToolResultBlockParam => {
  if (result === undefined) {
    lose('tool call without a result');
    const content = 'There is no result: the call was interrupted.';
    return { type: 'tool_result', tool_use_id: id, content, is_error: true };
  }
  const written = writeUserParts(result.parts, lose);
  // "content cannot be empty if is_error is true"
  const content = written.length > 0 || result.isError !== true ? written : textBlocks(FAILED_SILENTLY);
  return {
    type: 'tool_result',
    tool_use_id: id,
    ...(content.length > 0 ? { content } : {}),
    ...(result.isError === true ? { is_error: true } : {}),
  };
};
