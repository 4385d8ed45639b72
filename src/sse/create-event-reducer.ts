import type { AnswerSummary, Api } from './answer-summary.ts';
import { createReader } from './readers/create-reader.ts';

/** Reads the events of one answer, in whatever way they were framed. The summary is live. */
export interface EventReducer {
  /**
   * @param eventName the SSE event name, where there was one
   * @param data the event's data: JSON, or `[DONE]`
   */
  apply(eventName: string | undefined, data: string): void;
  /** Events seen until now. */
  readonly events: number;
  /** Events whose content could not be read: no JSON where JSON was due, or too big to keep. */
  readonly skippedEvents: number;
  /** True once the upstream has said its last word, so that a client has what it waits for. */
  readonly terminal: boolean;
  readonly summary: AnswerSummary;
}

const asItIs = (data: string): string => data;

/** Reads events that were framed elsewhere, such as the frames of a WebSocket. One reducer reads one answer. */
export const createEventReducer = (api: Api): EventReducer => {
  const reader = createReader(api);
  const reducer = {
    summary: reader.summary,
    events: 0,
    skippedEvents: 0,
    terminal: false as boolean,
    apply: (eventName: string | undefined, data: string) => {
      reducer.events++;
      if (!reader.apply(eventName, data, asItIs)) reducer.skippedEvents++;
      reducer.terminal = reader.terminal;
    },
  } satisfies EventReducer;
  return reducer;
};
