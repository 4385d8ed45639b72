import type { Ask, AskItem, AskPart } from '../ask.ts';
import type { RepairPass } from './repair-pass.ts';

/** English and code have three to four; the estimate must not be too low, or the request is refused. */
const CHARACTERS_PER_TOKEN = 3;
/** What the larger images take with the providers that say it. */
const TOKENS_PER_IMAGE = 1600;
/** An answer below this is of no use: better to let the provider say that the input is too long. */
const MIN_OUTPUT_TOKENS = 1024;

const sizeOfPart = (part: AskPart): number => {
  if (part.kind === 'text' || part.kind === 'refusal') return part.text.length;
  return TOKENS_PER_IMAGE * CHARACTERS_PER_TOKEN;
};

const sizeOfItem = (item: AskItem): number => {
  if (item.kind === 'call') return item.name.length + item.json.length;
  if (item.kind === 'reasoning') return item.text.length;
  return item.parts.reduce((sum, part) => sum + sizeOfPart(part), 0);
};

/** @returns tokens, rather too many than too few */
export const estimateInput = ({ items, tools }: Ask): number => {
  const said = items.reduce((sum, item) => sum + sizeOfItem(item), 0);
  return Math.ceil((said + JSON.stringify(tools).length) / CHARACTERS_PER_TOKEN);
};

const roomOf = (ask: Ask, contextWindow: number | undefined): number | undefined => {
  if (contextWindow === undefined) return undefined;
  const room = contextWindow - estimateInput(ask);
  return room < MIN_OUTPUT_TOKENS ? undefined : room;
};

export const LIMIT_OUTPUT: RepairPass = {
  name: 'limit-output',
  reason:
    'An output limit above what the model can write is refused, and so is one that does not fit into the context window beside the input.',
  apply: (ask, { needs, lose }) => {
    const known = [needs.maxOutputTokens, roomOf(ask, needs.contextWindow)].filter(
      (limit) => limit !== undefined,
    );
    if (known.length === 0) return ask;
    const outputLimit = Math.min(...known);
    const { maxOutputTokens } = ask;
    if (maxOutputTokens === undefined || maxOutputTokens <= outputLimit) return { ...ask, outputLimit };
    lose(`max_output_tokens above ${outputLimit}`);
    return { ...ask, outputLimit, maxOutputTokens: outputLimit };
  },
};
