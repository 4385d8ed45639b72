import type { Effort, JsonObject } from '../ask.ts';
import type { ImageLimits } from '../repair/image-limits.ts';
import type { ModelFacts } from '../translation.ts';

/**
 * Where providers of the chat-completions API differ. What is absent is what most of them do: the smallest
 * set of members that every one of them takes.
 */
export interface ChatQuirks {
  /** Of the output limit. Default `max_tokens`. */
  readonly maxTokensMember?: 'max_tokens' | 'max_completion_tokens';
  /** It knows the role `developer`; else `system` is said. */
  readonly developerRole?: boolean;
  /**
   * `free`: any order of messages. `alternating`: one system message, at the beginning, and no two of the
   * user's in a row, as chat templates insist. `bridged`: that, and an answer of the model's between a
   * tool's result and what the user says next. Default `free`.
   */
  readonly order?: 'free' | 'alternating' | 'bridged';
  /**
   * How it wants its thoughts back. `reasoning_content`: a text with every message that calls tools, be it
   * empty. `reasoning_details`: OpenRouter's account of them. `same`: in the member in which they came.
   * Default: not at all.
   */
  readonly thoughts?: 'reasoning_content' | 'reasoning_details' | 'same';
  /** Thoughts may stand in the text, between `<think>` and `</think>`, and so may the marks of harmony. */
  readonly thinkTags?: boolean;
  /** Calls may stand in the text, in the format of the model. So they may with `thinkTags`. */
  readonly leftCalls?: boolean;
  /** It sees images, or some of its models do. Default true. */
  readonly images?: boolean | ((model: string) => boolean);
  /** What it takes of images. Default: all. @param facts of the model */
  readonly imageLimits?: (model: string, facts: ModelFacts) => ImageLimits | undefined;
  /** It fetches images by their addresses. Default true. */
  readonly remoteImages?: boolean;
  /** It wants the tools declared that the conversation has calls of, also where none can be called now. */
  readonly calledTools?: boolean;
  /** The number of functions that a request may declare. Default 128. */
  readonly maxTools?: number;
  /** It reads files: `file` parts. */
  readonly files?: boolean;
  /** It takes `null` as the content of a message that calls tools; else the content is empty. Default true. */
  readonly nullContent?: boolean;
  /** It has a member for refusals. */
  readonly refusals?: boolean;
  /** Models that think in streams alone: what a client wants in one piece is put together here. Default: none. */
  readonly streamsOnly?: (model: string) => boolean;
  /** It must be asked for usage in a stream, with `stream_options`. Default true. */
  readonly includeUsage?: boolean;
  /** It makes grammars of schemas, as llama.cpp does: what it cannot put into one makes every request a 400. */
  readonly grammars?: boolean;
  /** It accepts a JSON schema for its answer; otherwise the schema goes into the prompt. Default true. */
  readonly jsonSchema?: boolean;
  /** It takes an answer format in a request that also has tools. Default true. */
  readonly formatBesideTools?: boolean;
  /** It takes `strict` on a tool. */
  readonly strictTools?: boolean;
  /** It takes `parallel_tool_calls`. Default true. */
  readonly parallelToolCalls?: boolean;
  /** It takes `required` and the name of a tool as a choice; else only `auto` and `none`. Default true. */
  readonly toolChoice?: boolean;
  /** It takes `temperature` and `top_p`. Default: all models do. */
  readonly sampling?: (model: string) => boolean;
  /** It takes `verbosity`. */
  readonly verbosity?: boolean;
  /** It takes `prompt_cache_key`. */
  readonly cacheKey?: boolean;
  /** Models whose prompts are cached where Anthropic's marks ask for it, and which of their prompts are too short. */
  readonly cacheMarks?: (model: string) => { readonly minTokens: number } | undefined;
  /** The number of stop sequences that a request may have: at further ones the gateway ends the answer. Default 4. */
  readonly maxStops?: number;
  /** The member that names the client's user. */
  readonly userMember?: 'user' | 'safety_identifier';
  /** The ids of calls must be nine letters and digits. */
  readonly shortCallIds?: boolean;
  /** The efforts that a model accepts, lowest first; none if it accepts none. Default: three. */
  readonly efforts?: (model: string) => readonly Effort[];
  /**
   * What else a model must be told, how much to think above all. Default: `reasoning_effort`.
   * @param effort one of `efforts`; absent if the client did not say, or the model cannot be told
   */
  readonly extraMembers?: (effort: Effort | undefined, model: string) => JsonObject;
}

const SCALE: readonly Effort[] = ['none', 'minimal', 'low', 'medium', 'high', 'xhigh', 'max'];

/** The nearest of some efforts, the lesser of two; undefined if there are none. */
export const nearestEffort = (wanted: Effort, efforts: readonly Effort[]): Effort | undefined => {
  const distance = (effort: Effort): number => Math.abs(SCALE.indexOf(effort) - SCALE.indexOf(wanted));
  return efforts.toSorted((one, other) => distance(one) - distance(other))[0];
};
