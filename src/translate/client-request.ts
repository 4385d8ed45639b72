import type { AnswerWriter } from './answer-writer.ts';
import type { Ask } from './ask.ts';
import type { ProviderError } from './translation.ts';

export type WriteError = (status: number, error: ProviderError) => string;

/** A client's request in the form in the middle, and how its answer is written. */
export interface ClientRequest {
  readonly ask: Ask;
  readonly losses: readonly string[];
  readonly createWriter: () => AnswerWriter;
  /** An error with a status of 400 or more, as JSON; absent if the client knows OpenAI's envelope. */
  readonly writeError?: WriteError;
}
