import type { ConversationItem } from '../../../conversation/item.ts';
import { createMeasures, type Measures } from '../../../conversation/measure-items.ts';
import { readInContext } from '../../../conversation/read-in-context.ts';
import { readOutput } from '../../../conversation/read-output.ts';
import type { ExchangeDetail, Facts, LogReader } from '../../../log/port.ts';

/** What one exchange did, as far as its bodies say. */
export interface ExchangeWork {
  /** What the request itself puts before the model: all of it, or what it adds to an earlier response. */
  readonly request: Measures;
  readonly answer: Measures;
  /** Patches that the answer applies, by the call that does and their place within its script. */
  readonly patches: ReadonlyArray<{ readonly call: string | undefined; readonly patch: string }>;
  /** Those of earlier answers of which an output, in this request, does not say that they were applied. */
  readonly failedCalls: readonly string[];
}

const hasFailed = (item: Extract<ConversationItem, { kind: 'toolOutput' }>): boolean => {
  if (item.failed) return true;
  return item.parts.some((part) => {
    if (part.kind !== 'text') return false;
    const { exitCode, failed } = readOutput(part.text);
    return failed === true || (exitCode !== undefined && exitCode !== 0);
  });
};

const nameCall = (callId: string, place: number): string => `${callId} ${place}`;

const patchesOf = (item: ConversationItem): ExchangeWork['patches'] => {
  if (item.kind !== 'toolCall') return [];
  const { callId, patch, script = [] } = item;
  return [patch, ...script.map((call) => call.patch)].flatMap((text, place) =>
    text === undefined ? [] : [{ call: callId && nameCall(callId, place), patch: text }],
  );
};

/** A script may have applied a patch and failed later, or the other way round. */
const failedCallsOf = (item: ConversationItem): string[] => {
  if (item.kind !== 'toolOutput' || item.callId === undefined) return [];
  const { callId, script } = item;
  if (!script) return hasFailed(item) ? [nameCall(callId, 0)] : [];
  return script.flatMap(({ ending }, place) => (ending === undefined ? [] : [nameCall(callId, place + 1)]));
};

/** Reads the bodies of an exchange for what it did. */
export const readWork = async (
  log: Pick<LogReader, 'get' | 'thread'>,
  detail: ExchangeDetail,
  thread: readonly Facts[],
): Promise<ExchangeWork> => {
  const { items, newFrom, output, instructions, toolCharacters } = await readInContext(log, detail, thread);
  const request = createMeasures();
  request.add({ kind: 'instructions' }, instructions?.length ?? 0);
  request.add({ kind: 'tools' }, toolCharacters ?? 0);
  request.addItems(items);
  const answer = createMeasures();
  answer.addItems(output);
  return {
    request: request.measures,
    answer: answer.measures,
    patches: output.flatMap(patchesOf),
    failedCalls: items.slice(newFrom).flatMap(failedCallsOf),
  };
};
