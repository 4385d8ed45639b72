import type { ConversationItem, ScriptCall, ToolCall } from '../../conversation/item.ts';
import { readConversation } from '../../conversation/read-conversation.ts';
import type { ExchangeDetail } from '../../log/port.ts';

const HEADER = /^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$/gm;

const patchesOf = (call: ToolCall | ScriptCall): string[] => [
  ...(call.patch === undefined ? [] : [call.patch]),
  ...('script' in call && call.script ? call.script.flatMap(patchesOf) : []),
];

const isCall = (item: ConversationItem): item is Extract<ConversationItem, { kind: 'toolCall' }> =>
  item.kind === 'toolCall';

/** The files that an answer's patches name: whether Codex applied them is not looked at. */
export const patchedFilesOf = async (detail: ExchangeDetail): Promise<string[]> => {
  const { requestBody: _, ...answer } = detail;
  const { output } = await readConversation(answer);
  const patches = output.filter(isCall).flatMap(patchesOf);
  return patches.flatMap((patch) => [...patch.matchAll(HEADER)].map(([, file = '']) => file.trim()));
};
