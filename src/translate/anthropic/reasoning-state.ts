import type {
  RedactedThinkingBlockParam,
  ServerToolUseBlockParam,
  ThinkingBlockParam,
  WebSearchToolResultBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { isObject, objectsOf, wordOf } from '../../base/json-object.ts';
import type { ReasoningState } from '../ask.ts';
import { isClaude } from './model-traits.ts';

/**
 * What the API wants back as it gave it: thoughts with their signatures, and its own searches, whose results
 * it has encrypted for itself.
 */
export type StateBlock =
  | ThinkingBlockParam
  | RedactedThinkingBlockParam
  | ServerToolUseBlockParam
  | WebSearchToolResultBlockParam;

export const isThinking = (block: {
  readonly type: string;
}): block is ThinkingBlockParam | RedactedThinkingBlockParam =>
  block.type === 'thinking' || block.type === 'redacted_thinking';

const isStateBlock = (block: object): block is StateBlock => {
  if (!('type' in block)) return false;
  const has = (name: string): boolean => typeof Reflect.get(block, name) === 'string';
  if (block.type === 'thinking') return has('thinking') && has('signature');
  if (block.type === 'redacted_thinking') return has('data');
  if (block.type === 'server_tool_use') return has('id') && Reflect.get(block, 'name') === 'web_search';
  return block.type === 'web_search_tool_result' && has('tool_use_id') && 'content' in block;
};

/** @param model that made the blocks */
export const stateOf = (model: string, blocks: readonly object[]): ReasoningState => ({
  dialect: 'anthropic',
  data: { model, blocks },
});

/**
 * The blocks of a state, to be sent to a model.
 * @returns undefined if the state is another API's, or that of another maker's model behind the same API:
 *   a signature that is not its own is a 400 from Anthropic
 */
export const blocksOf = (state: ReasoningState | undefined, model: string): StateBlock[] | undefined => {
  if (state?.dialect !== 'anthropic' || !isObject(state.data)) return undefined;
  if (isClaude(wordOf(state.data.model)) !== isClaude(model)) return undefined;
  const blocks = objectsOf(state.data.blocks).flatMap((block) => (isStateBlock(block) ? [block] : []));
  return blocks.length > 0 ? blocks : undefined;
};
