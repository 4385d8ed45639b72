import type { ConversationItem } from '../../../conversation/item.ts';
import { createMeasures, type Measures } from '../../../conversation/measure-items.ts';
import { readConversation } from '../../../conversation/read-conversation.ts';
import { readOutput } from '../../../conversation/read-output.ts';
import type { ExchangeDetail } from '../../../log/port.ts';

/** What one exchange did, as far as its bodies say. */
export interface ExchangeWork {
  /** What the request itself puts before the model: all of it, or what it adds to an earlier response. */
  readonly request: Measures;
  readonly answer: Measures;
  /** Patches that the answer applies, by the call that does. */
  readonly patches: ReadonlyArray<{ readonly callId: string | undefined; readonly patch: string }>;
  /** Calls of earlier answers whose output, in this request, says that they failed. */
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

const patchesOf = (item: ConversationItem): ExchangeWork['patches'] => {
  if (item.kind !== 'toolCall') return [];
  const { callId, patch, script = [] } = item;
  return [patch, ...script.map((call) => call.patch)].flatMap((text) =>
    text === undefined ? [] : [{ callId, patch: text }],
  );
};

/** Reads the bodies of an exchange for what it did. */
export const readWork = async (detail: ExchangeDetail): Promise<ExchangeWork> => {
  const { items, newFrom, output, instructions, toolCharacters } = await readConversation(detail);
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
    failedCalls: items
      .slice(newFrom)
      .flatMap((item) =>
        item.kind === 'toolOutput' && item.callId !== undefined && hasFailed(item) ? [item.callId] : [],
      ),
  };
};
