import type {
  ContentBlockParam,
  MessageParam,
  TextBlockParam,
  ToolResultBlockParam,
  ToolUseBlockParam,
} from '@anthropic-ai/sdk/resources/messages';
import { isObject, parseJson } from '../../sse/json-object.ts';
import type { AskItem } from '../ask.ts';
import type { ModelTraits } from './model-traits.ts';
import { type PairedCall, pairCalls, strayResult } from './pair-calls.ts';
import { blocksOf, isThinking } from './reasoning-state.ts';
import { type Lose, textBlocks, type UserBlock, writeTextParts, writeUserParts } from './write-parts.ts';

interface AssistantTurn {
  readonly role: 'assistant';
  blocks: ContentBlockParam[];
  readonly calls: PairedCall[];
}

interface UserTurn {
  readonly role: 'user';
  /** What the user says, after the results of the calls before it. */
  readonly blocks: UserBlock[];
  /** What the client's makers say; a message of its own where the model takes one. */
  readonly system: TextBlockParam[];
}

type Turn = AssistantTurn | UserTurn;

export interface WrittenMessages {
  readonly system: TextBlockParam[];
  readonly messages: MessageParam[];
}

export interface WriteMessagesInput {
  readonly items: readonly AskItem[];
  readonly model: string;
  readonly traits: ModelTraits;
  readonly lose: Lose;
}

type Instruction = Extract<AskItem, { kind: 'message' }> & { readonly role: 'system' | 'developer' };

const isInstruction = (item: AskItem): item is Instruction =>
  item.kind === 'message' && (item.role === 'system' || item.role === 'developer');

const writeInput = (json: string, lose: Lose): object => {
  if (!/\S/.test(json)) return {};
  const input = parseJson(json);
  if (isObject(input)) return input;
  lose('form of arguments that are no JSON object');
  return { arguments: json };
};

const writeCall = ({ id, call }: PairedCall, lose: Lose): ToolUseBlockParam => ({
  type: 'tool_use',
  id,
  name: call.name,
  input: writeInput(call.json, lose),
});

const writeResult = ({ id, result }: PairedCall, lose: Lose): ToolResultBlockParam => {
  if (result === undefined) {
    lose('tool call without a result');
    const content = 'There is no result: the call was interrupted.';
    return { type: 'tool_result', tool_use_id: id, content, is_error: true };
  }
  const content = writeUserParts(result.parts, lose);
  return {
    type: 'tool_result',
    tool_use_id: id,
    ...(content.length > 0 ? { content } : {}),
    ...(result.isError === true ? { is_error: true } : {}),
  };
};

/** The text of the client's makers where the model takes no system message in its place. */
const marked = (blocks: readonly TextBlockParam[]): TextBlockParam[] =>
  blocks.map(({ text }) => ({ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` }));

/**
 * Splits a conversation into turns that alternate, each of the model's with its calls.
 * Pure in the prefix: what is appended to a conversation changes no turn that the model has answered, which
 * both the prompt cache and the signatures of thoughts rely on.
 */
const splitTurns = ({ items, model, traits, lose }: WriteMessagesInput): Turn[] => {
  const { calls, answered } = pairCalls(items);
  const turns: Turn[] = [];

  const closeAssistant = (turn: AssistantTurn): void => {
    // Interleaved thoughts are the newer models' alone; others refuse one that does not come first.
    const [first] = turn.blocks;
    if (traits.thinking !== 'adaptive' && first !== undefined && !isThinking(first)) {
      const others = turn.blocks.filter((block) => !isThinking(block));
      if (others.length < turn.blocks.length) lose('reasoning after an answer had begun');
      turn.blocks = others;
    }
    // A message must not end in a thought: what followed it was cut off.
    const end = turn.blocks.findLastIndex((block) => !isThinking(block)) + 1;
    if (end < turn.blocks.length) lose('reasoning that led to no answer');
    turn.blocks = turn.blocks.slice(0, end);
    if (end === 0) turns.pop();
  };
  const assistant = (): AssistantTurn => {
    const last = turns.at(-1);
    if (last?.role === 'assistant') return last;
    const turn: AssistantTurn = { role: 'assistant', blocks: [], calls: [] };
    turns.push(turn);
    return turn;
  };
  const user = (): UserTurn => {
    const open = turns.at(-1);
    if (open?.role === 'assistant') closeAssistant(open);
    const last = turns.at(-1);
    if (last?.role === 'user') return last;
    const turn: UserTurn = { role: 'user', blocks: [], system: [] };
    turns.push(turn);
    return turn;
  };
  const add = (blocks: readonly UserBlock[]): void => {
    if (blocks.length > 0) user().blocks.push(...blocks);
  };

  for (const item of items) {
    if (item.kind === 'reasoning') {
      const blocks = blocksOf(item.state, model);
      if (blocks === undefined) lose("reasoning that is not this provider's own");
      else assistant().blocks.push(...blocks);
    } else if (item.kind === 'call') {
      const paired = calls.get(item);
      if (paired === undefined) continue;
      const turn = assistant();
      turn.calls.push(paired);
      turn.blocks.push(writeCall(paired, lose));
    } else if (item.kind === 'result') {
      const paired = answered.get(item);
      const last = turns.at(-1);
      if (paired === undefined) {
        lose('tool result without its call');
        add(writeUserParts(strayResult(item), lose));
      } else if (last?.role === 'assistant' && last.calls.includes(paired)) {
        user();
      }
    } else if (isInstruction(item)) {
      const text = writeTextParts(item.parts, 'a system message', lose);
      if (text.length === 0) continue;
      if (traits.systemMessages) {
        user().system.push(...text);
      } else {
        lose('rank of a developer message in mid-conversation');
        add(marked(text));
      }
    } else if (item.role === 'assistant') {
      const text = writeTextParts(item.parts, 'an assistant message', lose);
      if (text.length > 0) assistant().blocks.push(...text);
    } else {
      add(writeUserParts(item.parts, lose));
    }
  }
  const last = turns.at(-1);
  if (last?.role === 'assistant') closeAssistant(last);
  return turns;
};

const writeUserTurn = (
  { blocks, system }: UserTurn,
  results: readonly ToolResultBlockParam[],
  lose: Lose,
): MessageParam[] => {
  // Results come first, and a system message only after something of the user's.
  const content = [...results, ...blocks];
  if (content.length > 0) {
    const message: MessageParam = { role: 'user', content };
    return system.length > 0 ? [message, { role: 'system', content: system }] : [message];
  }
  if (system.length === 0) return [];
  lose('rank of a developer message in mid-conversation');
  return [{ role: 'user', content: marked(system) }];
};

const alternate = (turns: readonly Turn[], lose: Lose): MessageParam[] => {
  const messages: MessageParam[] = [];
  if (turns[0]?.role === 'assistant') {
    lose('start of the conversation with an assistant message');
    messages.push({ role: 'user', content: textBlocks('(The conversation begins with your words.)') });
  }
  let results: ToolResultBlockParam[] = [];
  for (const turn of turns) {
    if (turn.role === 'user') {
      messages.push(...writeUserTurn(turn, results, lose));
      results = [];
    } else {
      messages.push({ role: 'assistant', content: turn.blocks });
      results = turn.calls.map((paired) => writeResult(paired, lose));
    }
  }
  if (results.length > 0) {
    messages.push({ role: 'user', content: results });
  } else if (messages.at(-1)?.role === 'assistant') {
    // Newer models refuse to continue an answer of theirs; a word of the user's lets them go on.
    lose('end of the conversation with an assistant message');
    messages.push({ role: 'user', content: textBlocks('Continue.') });
  }
  return messages;
};

/**
 * Writes a conversation in the form that the API insists on: instructions first, then user and assistant in
 * turn, each call answered in the very next message, no empty text.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/handle-tool-calls
 * @see https://platform.claude.com/docs/en/build-with-claude/mid-conversation-system-messages
 */
export const writeMessages = (input: WriteMessagesInput): WrittenMessages => {
  const { items, lose } = input;
  const first = items.findIndex((item) => !isInstruction(item));
  const leading = (first === -1 ? items : items.slice(0, first)).filter(isInstruction);
  const rest = first === -1 ? [] : items.slice(first);
  const system = leading.flatMap(({ parts }) => writeTextParts(parts, 'a system message', lose));
  const messages = alternate(splitTurns({ ...input, items: rest }), lose);
  if (messages.length > 0 || system.length === 0) return { system, messages };
  lose('rank of the last system message, which nothing follows');
  return { system: system.slice(0, -1), messages: [{ role: 'user', content: system.slice(-1) }] };
};
