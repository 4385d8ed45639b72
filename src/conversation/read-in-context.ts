import type { ExchangeDetail, ExchangeRecord, Facts, LogReader } from '../log/port.ts';
import type { ToolCall, ToolOutput } from './item.ts';
import { type Conversation, nameOutputs, readConversation } from './read-conversation.ts';

type Log = Pick<LogReader, 'get' | 'thread'>;

/** The calls of the answer that a request goes on from, which its client does not send again. */
const previousCalls = async (
  log: Log,
  record: ExchangeRecord,
  known?: readonly Facts[],
): Promise<ToolCall[]> => {
  const { client, previousResponseId } = record;
  const sessionId = client.sessionId ?? client.threadId;
  const thread = known ?? (await log.thread(sessionId === undefined ? { exchange: record } : { sessionId }));
  const previous = thread.findLast(({ responseId }) => responseId === previousResponseId);
  const detail = previous && (await log.get(previous.id));
  if (!detail) return [];
  const { output } = await readConversation(detail);
  return output.filter((item) => item.kind === 'toolCall');
};

/**
 * The same as `readConversation`; a request that sends nothing but the results of tools, as over WebSocket, is read
 * beside the answer that called them.
 * @param thread the exchanges of its session, where they are known already
 */
export const readInContext = async (
  log: Log,
  detail: ExchangeDetail,
  thread?: readonly Facts[],
): Promise<Conversation> => {
  const conversation = await readConversation(detail);
  const unnamed = conversation.items.filter(
    (item): item is ToolOutput => item.kind === 'toolOutput' && item.name === undefined,
  );
  if (detail.record.previousResponseId === undefined || unnamed.length === 0) return conversation;
  await nameOutputs(await previousCalls(log, detail.record, thread), unnamed);
  return conversation;
};
