import type { ConversationItem, ScriptCall, ToolCall } from '../../conversation/item.ts';
import { readConversation } from '../../conversation/read-conversation.ts';
import type { ExchangeDetail, ExchangeRecord, LogReader } from '../../log/port.ts';
import { plainLine } from '../render/plain-text.ts';
import { briefArguments, patchedFiles } from '../render/report/brief-call.ts';

const MAX_LENGTH = 200;
/** To read more of an answer takes time that belongs to the traffic. */
const MAX_BYTES = 512 * 1024;
const WITHIN_MS = 1000;

const callText = (call: ToolCall | ScriptCall): string => {
  const nested = 'script' in call ? call.script?.at(-1) : undefined;
  if (nested) return callText(nested);
  if (call.patch !== undefined) return patchedFiles(call.patch) ?? '';
  return call.command === undefined ? (briefArguments(call.arguments) ?? '') : `$ ${call.command}`;
};

const wordsOf = (item: ConversationItem | undefined): string | undefined => {
  if (item?.kind === 'toolCall') return callText(item);
  if (item?.kind !== 'message') return undefined;
  return item.parts
    .map((part) => (part.kind === 'text' || part.kind === 'refusal' ? part.text : ''))
    .join(' ');
};

/** The last thing that a model said or called, in one short line; nothing of what a user wrote. */
const lastWords = async (detail: ExchangeDetail): Promise<string | undefined> => {
  const { output } = await readConversation(detail);
  const said = output.findLast(({ kind }) => kind === 'message' || kind === 'toolCall');
  const text = wordsOf(said)
    ?.slice(0, 4 * MAX_LENGTH)
    .replace(/\s+/g, ' ')
    .trim();
  return text ? plainLine(text.slice(0, MAX_LENGTH)) : undefined;
};

/** @returns looks them up in the log, where it holds the answer and that soon; never rejects */
export const createFindWords =
  (log: Pick<LogReader, 'body'>, flush: () => Promise<void>) =>
  async (record: ExchangeRecord): Promise<string | undefined> => {
    if ((record.response.bytes ?? 0) > MAX_BYTES || record.probe || record.error) return undefined;
    const find = async (): Promise<string | undefined> => {
      await flush();
      const responseBody = await log.body(record.id, 'response');
      if (!responseBody) return undefined;
      return lastWords({ record, requestHeaders: [], responseHeaders: [], responseBody });
    };
    let timer: NodeJS.Timeout | undefined;
    const late = new Promise<undefined>((resolve) => {
      timer = setTimeout(resolve, WITHIN_MS, undefined);
    });
    try {
      return await Promise.race([find(), late]);
    } catch {
      return undefined;
    } finally {
      clearTimeout(timer);
    }
  };
