import { parseJson } from '../../base/json-object.ts';
import type { ConversationItem, ScriptCall, ToolCall } from '../../conversation/item.ts';
import { fieldsOf, stringOf } from '../../conversation/json-fields.ts';
import { readConversation } from '../../conversation/read-conversation.ts';
import type { ExchangeDetail } from '../../log/port.ts';

const HEADER = /^\*\*\* (?:(?:Add|Update|Delete) File|Move to): (.+)$/gm;

/** The tools by which Claude Code changes a file. */
const EDIT_TOOLS: readonly string[] = ['Edit', 'MultiEdit', 'Write', 'NotebookEdit'];

const namedInPatch = (patch: string): string[] =>
  [...patch.matchAll(HEADER)].map(([, file = '']) => file.trim());

const namedInEdit = (text: string): string[] => {
  const fields = fieldsOf(parseJson(text));
  const file = stringOf(fields.file_path) ?? stringOf(fields.notebook_path);
  return file === undefined ? [] : [file];
};

const filesOf = (call: ToolCall | ScriptCall): string[] => [
  ...(call.patch === undefined ? [] : namedInPatch(call.patch)),
  ...(EDIT_TOOLS.includes(call.name) ? namedInEdit(call.arguments) : []),
  ...('script' in call && call.script ? call.script.flatMap(filesOf) : []),
];

const isCall = (item: ConversationItem): item is Extract<ConversationItem, { kind: 'toolCall' }> =>
  item.kind === 'toolCall';

/** The files that an answer's patches and edits name: whether they were applied is not looked at. */
export const changedFilesOf = async (detail: ExchangeDetail): Promise<string[]> => {
  const { requestBody: _, ...answer } = detail;
  const { output } = await readConversation(answer);
  return output.filter(isCall).flatMap(filesOf);
};
