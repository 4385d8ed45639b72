import { readInContext } from '../../conversation/read-in-context.ts';
import type { ExchangeDetail, LogReader } from '../../log/port.ts';
import type { TurnAnswer } from '../api-types/conversation.ts';

/** `GET audit/log/:id/turn` @param withEarlier adds the history that was sent again */
export const answerTurn = async (
  log: Pick<LogReader, 'get' | 'thread'>,
  detail: ExchangeDetail,
  withEarlier: boolean,
): Promise<TurnAnswer> => {
  const { items, newFrom, instructions, tools, output, requestText, responseText, unreadable } =
    await readInContext(log, detail);
  return {
    id: detail.record.id,
    ...(instructions === undefined ? {} : { instructions }),
    tools,
    earlierCount: newFrom,
    ...(withEarlier ? { earlier: items.slice(0, newFrom) } : {}),
    items: items.slice(newFrom),
    output,
    ...(requestText === undefined ? {} : { requestText }),
    ...(responseText === undefined ? {} : { responseText }),
    ...(unreadable === undefined ? {} : { unreadable }),
  };
};
