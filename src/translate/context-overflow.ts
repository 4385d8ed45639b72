import { findError } from '../sse/readers/find-error.ts';

/** OpenAI's code, by which clients know that they must make the conversation shorter. */
export const CONTEXT_OVERFLOW = 'context_length_exceeded';

/** Other names of that, as llama.cpp and GitHub write them. */
const OTHER_CODES: ReadonlySet<string> = new Set([
  'exceed_context_size_error',
  'context_window_exceeded',
  'model_max_prompt_tokens_exceeded',
]);

/** Of a message, more is not looked at. */
const MAX_CHARACTERS = 2_000;

/** What providers say that do not have a code for it, each with some who say it. */
const WORDS: readonly RegExp[] = [
  // OpenAI, DeepSeek, vLLM, OpenRouter, Mistral, Fireworks
  /maximum context length/,
  // OpenAI, Anthropic, llama.cpp, Ollama
  /exceed(?:s|ed)? (?:[a-z']{1,12} ){0,3}context (?:window|length|size|limit)/,
  // Anthropic, Fireworks, Ollama, Amazon
  /(?:prompt|input) (?:is )?too long/,
  // MiniMax
  /context (?:window|length) exceeds limit/,
  // xAI
  /maximum prompt length is/,
  // Groq, Cerebras
  /reduce the length of the (?:messages|prompt|input)/,
  // Google
  /input token count[^.]{0,60}(?:exceeds|only supports)/,
  // Moonshot
  /exceed(?:s|ed)? model token limit/,
  // Alibaba
  /range of input length should be/,
  // Z.ai
  /prompt exceeds max(?:imum)? length/,
  // vLLM, SGLang
  /longer than the (?:maximum model|model's context) length/,
  // LM Studio
  /(?:context length of only|greater than the context length|reached context length of)/,
  // GitHub
  /prompt token count[^.]{0,40}exceeds the limit/,
  // Text Generation Inference, Together
  /tokens \+ `?max_new_tokens`? must be/,
  // Cohere
  /too many tokens: size limit exceeded/,
];

/** A request may also be too large for a minute's tokens: making it shorter is not what helps then. */
const IS_RATE = /per (?:minute|min|day|hour)|rate.?limit|\btpm\b/;

/** Whether an error says that the conversation is too long for the model, whichever provider's it is. */
export const isContextOverflow = (message: string, code?: string): boolean => {
  if (code === CONTEXT_OVERFLOW || (code !== undefined && OTHER_CODES.has(code))) return true;
  const words = message.slice(0, MAX_CHARACTERS).toLowerCase();
  return WORDS.some((one) => one.test(words)) && !IS_RATE.test(words);
};

/** What an error is called: as its provider calls it, unless its words say that the conversation is too long. */
export const overflowCodeOr = <Code extends string | undefined>(
  code: Code,
  message: string,
): Code | typeof CONTEXT_OVERFLOW => (isContextOverflow(message, code) ? CONTEXT_OVERFLOW : code);

type FoundError = NonNullable<ReturnType<typeof findError>>;

/** As `findError`; a conversation that is too long has one code, whatever its provider calls that. */
export const findFailure = (answer: unknown): FoundError | undefined => {
  const found = findError(answer);
  if (found === undefined) return undefined;
  const isOverflow = isContextOverflow(found.message, found.code) || isContextOverflow('', found.type);
  return isOverflow ? { ...found, code: CONTEXT_OVERFLOW } : found;
};

const LIMIT =
  /(?:maximum|limit|available context size|context length of only|model with|model length of|\[1,)[^\d]{0,60}(\d[\d,]{2,11})/i;
const NUMBERS = /\d[\d,]{2,11}/g;

const toNumber = (digits: string): number => Number(digits.replaceAll(',', ''));

/** How many tokens were sent and how many there may be, where the message says both. */
export const contextSizesOf = (
  message: string,
): { readonly given: number; readonly most: number } | undefined => {
  const words = message.slice(0, MAX_CHARACTERS);
  const [, limit] = LIMIT.exec(words) ?? [];
  if (limit === undefined) return undefined;
  const most = toNumber(limit);
  const given = Math.max(...(words.match(NUMBERS) ?? []).map(toNumber));
  return given > most ? { given, most } : undefined;
};
