import { createParser } from 'eventsource-parser';

export interface UnfinishedEvent {
  readonly eventName: string | undefined;
  readonly data: string;
}

/**
 * What a reader would make of a cut-off event if a blank line followed it.
 * @returns undefined if no data line has begun
 */
export const readUnfinishedEvent = (text: string): UnfinishedEvent | undefined => {
  const found: UnfinishedEvent[] = [];
  const parser = createParser({ onEvent: ({ event, data }) => found.push({ eventName: event, data }) });
  // The line end keeps a byte order mark that does not start the stream.
  parser.feed(`\n${text}\n\n`);
  return found[0];
};
