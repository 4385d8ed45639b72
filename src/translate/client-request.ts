import type { AnswerWriter } from './answer-writer.ts';
import type { Ask } from './ask.ts';

/** A client's request in the form in the middle, and how its answer is written. */
export interface ClientRequest {
  readonly ask: Ask;
  readonly losses: readonly string[];
  readonly createWriter: () => AnswerWriter;
}
