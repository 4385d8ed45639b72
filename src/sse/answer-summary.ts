/**
 * The APIs whose answers are read: `POST …/responses`, `POST …/chat/completions`, Anthropic's
 * `POST …/messages` and Google's `POST …/models/{model}:generateContent`.
 */
export type Api = 'responses' | 'chat' | 'messages' | 'gemini';

const APIS: Readonly<Record<string, Api>> = {
  responses: 'responses',
  'responses/compact': 'responses',
  'chat/completions': 'chat',
  messages: 'messages',
};

const SERVED = /^(?:\/v1)?\/(responses(?:\/compact)?|chat\/completions|messages)\/?(?:\?|$)/;
/** Where a provider is asked natively, its own base path comes before. */
const NATIVE = /^\/p\/[^?]*\/(responses(?:\/compact)?|chat\/completions|messages)\/?(?:\?|$)/;

const GEMINI = /^\/p\/[^?]*\/models\/[^/?]+:(?:streamG|g)enerateContent(?:\?|$)/;

/**
 * The API whose answers come from a path: where something is generated, compaction included. Reading a
 * stored answer again is left out, since its tokens were counted when it was made.
 * @param path with or without `/v1` and a query, or `/p/{provider}/…`
 */
export const apiOfPath = (path: string): Api | undefined => {
  const isNative = path.startsWith('/p/');
  const [, route] = SERVED.exec(path) ?? (isNative ? NATIVE.exec(path) : undefined) ?? [];
  if (route !== undefined) return APIS[route];
  return isNative && GEMINI.test(path) ? 'gemini' : undefined;
};

/** Tokens, and what else is paid for, as the provider counted them; absent = not said. */
export interface Usage {
  /** Includes those read from the cache and those written to it. */
  inputTokens?: number;
  cachedInputTokens?: number;
  /** Those of the input that the provider wrote to its cache, for a while or for an hour. */
  cacheWriteTokens?: number;
  /** Those of `cacheWriteTokens` that are kept for an hour, which costs more. */
  cacheWrite1hTokens?: number;
  /** Those of the input that are sound, which has its own price. */
  inputAudioTokens?: number;
  /** Those of `cachedInputTokens` that are sound. */
  cachedAudioTokens?: number;
  outputTokens?: number;
  reasoningTokens?: number;
  /** Those of the output that are sound. */
  outputAudioTokens?: number;
  totalTokens?: number;
  /** Searches of the web that the provider made and charges for: each one, or each prompt with any, as it bills them. */
  webSearches?: number;
  /** Those of `webSearches` by a preview of OpenAI's tool, which has prices of its own. */
  previewWebSearches?: number;
  /** Searches of files that the provider keeps. */
  fileSearches?: number;
  /** Those of the output that are sources which the provider read (Perplexity), at a price of their own. */
  citationTokens?: number;
  /** Those of the input that are pictures, where they are counted apart. */
  inputImageTokens?: number;
  /** Those of `cachedInputTokens` that are pictures. */
  cachedImageTokens?: number;
  /** Those of the output that are pictures. */
  outputImageTokens?: number;
  /** How long the sound was that was listened to, in milliseconds, where that is what is charged. */
  audioMs?: number;
  /** How much text was read aloud, where that is what is charged. */
  characters?: number;
}

/** Counts that few answers have. */
export const RARE_COUNTS = [
  'webSearches',
  'previewWebSearches',
  'fileSearches',
  'citationTokens',
  'inputImageTokens',
  'cachedImageTokens',
  'outputImageTokens',
  'audioMs',
  'characters',
] as const satisfies readonly (keyof Usage)[];

/** What an answer says about itself; absent = not known (yet). */
export interface AnswerSummary {
  model?: string;
  /** `resp_…`, `chatcmpl-…` */
  responseId?: string;
  finish?: 'completed' | 'incomplete' | 'failed';
  usage?: Usage;
  /** Tools that the provider ran and charges for without a word of it in the usage. */
  chargedApart?: readonly string[];
  /** The tier that served it, such as `flex`, `priority` or `fast`; absent for the standard one. */
  serviceTier?: string;
  /** What the provider itself says the answer costs, in USD. */
  statedCostUsd?: number;
  /** One name a call, in the order of the output; a built-in tool is named by its kind (`web_search`). */
  toolCalls: string[];
  /** The tools that scripts of Codex's code mode call, in their order: they run within a call of `exec`. */
  scriptCalls?: readonly string[];
  /** The stream has gone over from one answer to another: what it says is not one whole answer. */
  isSpliced?: true;
  /** The ids of what the answer says is stored, such as a file. */
  storedIds?: readonly string[];
  /** The provider's own words. */
  error?: { code: string; message: string };
}
