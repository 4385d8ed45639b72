import type { Usage } from '../sse/answer-summary.ts';
import type { JsonObject, ReasoningState } from './ask.ts';

/**
 * Takes an answer in the order in which its provider tells it, whatever API that is, and writes it in the
 * client's. What is open when something else begins is ended by the sink; nothing is called after `finish`
 * or `fail`.
 */
export interface AnswerSink {
  /** The first word. `id` is the provider's own. Only the first call counts. */
  begin(start: { readonly id?: string; readonly model?: string }): void;
  text(delta: string): void;
  refusal(delta: string): void;
  /** Readable thought. */
  reasoning(delta: string): void;
  /** Belongs to the thought that is open or, if none is, to one without text. Ends that thought. */
  reasoningState(state: ReasoningState): void;
  /** The text until now was something of its own: what follows is another message. */
  endMessage?(): void;
  /** Whether the client has a tool that a model calls by this name. */
  isDeclared?(wireName: string): boolean;
  /** The JSON Schema of such a tool's arguments. */
  parametersOf?(wireName: string): JsonObject | undefined;
  /** @param key the provider's own index or id of the call: calls may grow in parallel */
  callBegin(key: string, call: { readonly callId?: string; readonly name: string }): void;
  /** A piece of the call's arguments, JSON when joined. */
  callArguments(key: string, delta: string): void;
  callEnd(key: string): void;
  /** A search that the provider made itself. */
  webSearch(query: string | undefined): void;
  /** The provider is still working but has nothing to report; keeps a waiting client from giving up. */
  alive?(): void;
  /** May be called again, with more; the last word on each member counts. */
  usage(usage: AnswerUsage): void;
  /** The answer ends before one of the client's stop sequences; `finish` follows. */
  stoppedAt?(sequence: string): void;
  /** @param words of the provider's, where it says why it filtered */
  finish(reason: FinishReason, words?: string): void;
  /** The provider's own words. */
  fail(error: { readonly code: string; readonly message: string }): void;
}

export interface AnswerUsage extends Usage {
  /** What the provider itself says the answer costs, in USD. */
  statedCostUsd?: number;
  /** The tier that served the answer, unless it is the standard one. */
  serviceTier?: string;
}

/** `length`: the model was cut off by a token limit. `filter`: by a content filter. */
export type FinishReason = 'stop' | 'calls' | 'length' | 'filter';

/** Reads the body of a provider's answer into a sink. Tested at every split point. */
export interface AnswerReader {
  push(chunk: Uint8Array): void;
  /** Signals the end of input. Without a last event nothing is written: the gateway reports the cut. */
  end(): void;
}
