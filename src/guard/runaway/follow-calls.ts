import { hash } from 'node:crypto';
import { isObject, parseJson } from '../../base/json-object.ts';
import { lastObjects } from '../../json/last-elements.ts';
import { type ByteRange, readString } from '../../json/scan-members.ts';
import type { Repetition } from './find-repetition.ts';
import {
  type Call,
  joinCall,
  lastCalls,
  MAX_BYTES,
  MAX_ITEMS,
  type Read,
  readResponses,
} from './last-calls.ts';

/**
 * Follows a Responses WebSocket, whose requests hold only what is new: the results of calls that stand in the answers
 * before them.
 */
export interface CallFollower {
  /** @param event of an answer, as JSON */
  hear(event: Buffer): void;
  /**
   * To be called once for each request, in order.
   * @param members of its body
   * @returns undefined where the latest call has not been made just before
   */
  follow(bytes: Buffer, members: ReadonlyMap<string, ByteRange>): Repetition | undefined;
}

/** Calls whose results have not come; a turn has a few. */
const MAX_WAITING = 100;
/** A call that is longer is no simple one that is made again and again. */
const MAX_GIVEN = 16 * 1024;

/** What a request adds, first item first; only its end where it is long. */
const readInput = (bytes: Buffer, input: ByteRange | undefined): readonly Read[] => {
  const found: Read[] = [];
  if (!input) return found;
  for (const { start, end } of lastObjects(bytes, input)) {
    if (found.length === MAX_ITEMS || input.end - start > MAX_BYTES) break;
    const item = parseJson(bytes.toString('utf8', start, end));
    if (isObject(item)) found.push(readResponses(item));
  }
  return found.reverse();
};

export const createCallFollower = (): CallFollower => {
  const waiting = new Map<string, Call>();
  let latest = '';
  let tool = '';
  let count = 0;

  const see = (called: string, text: string): void => {
    const digest = hash('sha256', text);
    count = digest === latest ? count + 1 : 1;
    latest = digest;
    tool = called;
  };
  const forget = (): void => {
    latest = '';
    count = 0;
  };

  return {
    hear: (event) => {
      if (!event.includes('"response.output_item.done"') || !event.includes('_call"')) return;
      const told = parseJson(event.toString());
      if (!isObject(told) || !isObject(told.item)) return;
      const read = readResponses(told.item);
      if (read.kind === 'turns') return;
      for (const call of read.calls) {
        if (call.given.length <= MAX_GIVEN && waiting.size < MAX_WAITING) waiting.set(call.id, call);
      }
    },
    follow: (bytes, members) => {
      const input = members.get('input');
      if (readString(bytes, members.get('previous_response_id')) === undefined) {
        forget();
        const calls = input ? [...lastCalls('responses', bytes, input)] : [];
        for (const call of calls.reverse()) see(call.tool, call.text);
      } else {
        for (const read of readInput(bytes, input)) {
          if (read.kind === 'turns') forget();
          else {
            for (const { id, text } of read.results) {
              const call = waiting.get(id);
              if (call) see(call.tool, joinCall(call, text));
            }
          }
        }
      }
      waiting.clear();
      return count > 1 ? { tool, count } : undefined;
    },
  };
};
