/**
 * What a client asks a model for, between the API that it speaks and the one that the provider speaks.
 * Each API is read into this form once and written from it once: `n + m` translations instead of `n × m`.
 */
export interface Ask {
  /** As the provider names it. */
  readonly model: string;
  readonly items: readonly AskItem[];
  readonly tools: readonly AskTool[];
  readonly toolChoice?: ToolChoice;
  readonly parallelToolCalls?: boolean;
  readonly effort?: Effort;
  /** True if the client wants to read what the model thought. */
  readonly wantsReasoning: boolean;
  readonly verbosity?: 'low' | 'medium' | 'high';
  readonly format?: AnswerFormat;
  readonly maxOutputTokens?: number;
  /** The most tokens that an answer may take here, where that is known. */
  readonly outputLimit?: number;
  readonly temperature?: number;
  readonly topP?: number;
  readonly stop?: readonly string[];
  readonly stream: boolean;
  /** Says which requests share a prefix, where a provider wants to know (`prompt_cache_key`). */
  readonly cacheKey?: string;
  /** Whether a prompt cache is asked for where the provider wants that. Default true. */
  readonly promptCaching?: boolean;
  /** The client's name of its user (`safety_identifier`, `user`). */
  readonly user?: string;
}

export type Effort = 'none' | 'minimal' | 'low' | 'medium' | 'high' | 'xhigh' | 'max';

export type ToolChoice =
  | { readonly kind: 'auto' | 'none' | 'required' }
  | { readonly kind: 'tool'; readonly name: string };

export type AnswerFormat =
  | { readonly kind: 'json' }
  | {
      readonly kind: 'schema';
      readonly name: string;
      readonly description?: string;
      readonly schema: JsonObject;
      readonly strict?: boolean;
    };

export type JsonObject = Readonly<Record<string, unknown>>;

/** The conversation in the order in which it happened; instructions are its first messages. */
export type AskItem =
  | { readonly kind: 'message'; readonly role: Role; readonly parts: readonly AskPart[] }
  /** A tool call; `name` is the tool's wire name, `json` its arguments as the model wrote them. */
  | { readonly kind: 'call'; readonly callId: string; readonly name: string; readonly json: string }
  | {
      readonly kind: 'result';
      readonly callId: string;
      readonly parts: readonly AskPart[];
      readonly isError?: boolean;
    }
  /** What the model thought before what follows. `state` is what its provider wants back, exactly. */
  | { readonly kind: 'reasoning'; readonly text: string; readonly state?: ReasoningState };

/** `developer` is kept apart from `system`, since some providers know both. */
export type Role = 'system' | 'developer' | 'user' | 'assistant';

export type AskPart =
  | { readonly kind: 'text'; readonly text: string }
  | { readonly kind: 'refusal'; readonly text: string }
  /** `url`: `data:…;base64,…` or `https://…`. */
  | { readonly kind: 'image'; readonly url: string; readonly detail?: 'low' | 'high' | 'auto' }
  | { readonly kind: 'file'; readonly url: string; readonly name?: string };

export type AskTool =
  | {
      readonly kind: 'function';
      /** Unique among the tools of an ask, and of the form `[a-zA-Z0-9_-]{1,64}`. */
      readonly name: string;
      readonly description?: string;
      /** A JSON Schema of type `object`. */
      readonly parameters: JsonObject;
      readonly strict?: boolean;
    }
  /** The provider's own search, where it has one. */
  | { readonly kind: 'web_search' };

/**
 * What a provider wants back with the next turn, such as a signature. It travels sealed inside
 * `encrypted_content` and comes back to the model that made it, and to no other.
 */
export interface ReasoningState {
  readonly dialect: Dialect;
  readonly data: JsonObject;
  /** The account and the model that it belongs to; others refuse it. Absent in what older versions sealed. */
  readonly origin?: string;
}

/** The APIs that requests are translated into. */
export type Dialect = 'chat' | 'anthropic' | 'gemini' | 'responses';
