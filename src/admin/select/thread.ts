import type { ExchangeRecord, Facts, LogReader } from '../../log/port.ts';

/** The thread that an exchange belongs to: by session and thread id, or by `previous_response_id`. Oldest first. */
export const findThread = (log: LogReader, record: ExchangeRecord): Promise<readonly Facts[]> => {
  const sessionId = record.client.sessionId ?? record.client.threadId;
  return log.thread(sessionId === undefined ? { exchange: record } : { sessionId });
};

/** Of a session's exchanges those of one thread: a session may run several agents side by side. */
export const sameThread = (facts: readonly Facts[], { client }: ExchangeRecord): Facts[] =>
  client.threadId === undefined
    ? [...facts]
    : facts.filter(({ threadId }) => threadId === undefined || threadId === client.threadId);
