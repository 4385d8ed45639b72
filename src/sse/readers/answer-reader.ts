import type { AnswerSummary } from '../answer-summary.ts';
import type { Breach } from '../breach.ts';

/** Turns the events of one API's stream into a summary. */
export interface AnswerReader {
  readonly summary: AnswerSummary;
  readonly terminal: boolean;
  /** Set by an event that must not reach the client, since the answer is not whole. */
  readonly breach?: Breach | undefined;
  /**
   * @param eventName the SSE event name, where there was one
   * @param data the event's data, in an encoding that leaves ASCII as it is
   * @param decode gives the data's real text; called only where the event is worth parsing
   * @returns false where the event should have been read and could not be
   */
  apply(eventName: string | undefined, data: string, decode: (data: string) => string): boolean;
  /** No more events come: a breach may show then alone. */
  end?(): void;
}
