import { readConversation } from '../../conversation/read-conversation.ts';
import type { ExchangeRecord, LogReader } from '../../log/port.ts';
import type { Attributes } from '../otlp/attributes.ts';
import { describeContent } from './describe-content.ts';
import { operationOf } from './operation.ts';

/** Bodies that are read at once; where more end meanwhile, theirs are left out. */
const MAX_READING = 16;

/** Reads what was said from the bodies that the log has. Where it has none, there is no content. */
export const createReadContent = (log: Pick<LogReader, 'get'>) => {
  let reading = 0;
  return async ({ id, path }: ExchangeRecord): Promise<Attributes> => {
    if (reading >= MAX_READING || operationOf(path) === undefined) return {};
    reading++;
    try {
      const detail = await log.get(id);
      return detail ? describeContent(await readConversation(detail)) : {};
    } catch {
      return {};
    } finally {
      reading--;
    }
  };
};
