import type { ByteRange } from '../../json/scan-members.ts';
import { apiOfPath } from '../../sse/answer-summary.ts';
import { conversationMember, lastCalls } from './last-calls.ts';

/** The same call of a tool, with the same result, at the end of a turn. */
export interface Repetition {
  readonly tool: string;
  /** How often in a row. */
  readonly count: number;
}

/** Beyond, it makes no difference. */
const MAX_COUNT = 50;

/**
 * @param path of the request, which says what API it speaks
 * @param members of its body
 * @returns undefined where the latest call has not been made just before
 */
export const findRepetition = (
  path: string,
  bytes: Buffer,
  members: ReadonlyMap<string, ByteRange>,
): Repetition | undefined => {
  const api = apiOfPath(path);
  if (api === undefined || api === 'gemini') return undefined;
  const range = members.get(conversationMember(api));
  if (!range) return undefined;
  let first: string | undefined;
  let tool = '';
  let count = 0;
  for (const call of lastCalls(api, bytes, range)) {
    first ??= call.text;
    if (call.text !== first || count === MAX_COUNT) break;
    tool = call.tool;
    count++;
  }
  return count > 1 ? { tool, count } : undefined;
};
