import type { ContentBlockParam, TextBlockParam } from '@anthropic-ai/sdk/resources/messages';
import type { AskItem } from '../ask.ts';
import type { ModelTraits } from './model-traits.ts';
import { type PairedCall, pairCalls, strayResult } from './pair-calls.ts';
import { blocksOf, isThinking } from './reasoning-state.ts';
import { writeCall } from './write-calls.ts';
import { type Lose, type UserBlock, writeTextParts, writeUserParts } from './write-parts.ts';

interface AssistantTurn {
  readonly role: 'assistant';
  blocks: ContentBlockParam[];
  readonly calls: PairedCall[];
}

export interface UserTurn {
  readonly role: 'user';
  /** What the user says, after the results of the calls before it. */
  readonly blocks: UserBlock[];
  /** What the client's makers say; a message of its own where the model takes one. */
  readonly system: TextBlockParam[];
}

export type Turn = AssistantTurn | UserTurn;

export interface SplitInput {
  readonly items: readonly AskItem[];
  readonly model: string;
  readonly traits: ModelTraits;
  readonly lose: Lose;
}

type Instruction = Extract<AskItem, { kind: 'message' }> & { readonly role: 'system' | 'developer' };

export const isInstruction = (item: AskItem): item is Instruction =>
  item.kind === 'message' && (item.role === 'system' || item.role === 'developer');

/** The text of the client's makers where the model takes no system message in its place. */
export const marked = (blocks: readonly TextBlockParam[]): TextBlockParam[] =>
  blocks.map(({ text }) => ({ type: 'text', text: `<system-reminder>\n${text}\n</system-reminder>` }));

/**
 * Splits a conversation into turns that alternate, each of the model's with its calls.
 * Pure in the prefix: what is appended to a conversation changes no turn that the model has answered, which
 * both the prompt cache and the signatures of thoughts rely on.
 */
export const splitTurns = ({ items, model, traits, lose }: SplitInput): Turn[] => {
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
