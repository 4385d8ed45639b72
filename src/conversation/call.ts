import { type JsonObject, parseJson } from '../base/json-object.ts';
import type { ScriptCall, ToolCall } from './item.ts';
import { fieldsOf, listOf, stringOf } from './json-fields.ts';

const PATCH_BEGIN = '*** Begin Patch\n';
const PATCH_END = '*** End Patch';

/** The patch inside a text: a custom tool's input, or a shell command with a heredoc. */
const findPatch = (text: string): string | undefined => {
  const begin = text.indexOf(PATCH_BEGIN);
  if (begin < 0) return undefined;
  const end = text.indexOf(PATCH_END, begin);
  return end < 0 ? text.slice(begin) : text.slice(begin, end + PATCH_END.length);
};

const PATCH_VERBS: Readonly<Record<string, string>> = {
  create_file: 'Add',
  update_file: 'Update',
  delete_file: 'Delete',
};

/** An `apply_patch_call`'s operation in the form that Codex's own patches have. */
const patchOfOperation = (operation: JsonObject): string | undefined => {
  const verb = PATCH_VERBS[stringOf(operation.type) ?? ''];
  const path = stringOf(operation.path);
  if (verb === undefined || path === undefined) return undefined;
  const diff = stringOf(operation.diff) ?? '';
  const lines = diff === '' ? '' : `${diff.replace(/\n$/, '')}\n`;
  return `${PATCH_BEGIN}*** ${verb} File: ${path}\n${lines}${PATCH_END}`;
};

const SHELL_FLAGS = /^-l?c$/;

const quoteWord = (word: string): string =>
  /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", `'\\''`)}'`;

/** The command line of an argument list; that of a shell alone where the list only calls one. */
const commandOfList = (list: readonly unknown[]): string | undefined => {
  const words = list.filter((word) => typeof word === 'string');
  if (words.length === 0) return undefined;
  const [, flag, script] = words;
  if (words.length === 3 && flag !== undefined && script !== undefined && SHELL_FLAGS.test(flag)) {
    return script;
  }
  return words.map(quoteWord).join(' ');
};

const commandIn = (fields: JsonObject): string | undefined => {
  const command = fields.cmd ?? fields.command;
  if (typeof command === 'string') return command;
  if (Array.isArray(command)) return commandOfList(command);
  const commands = listOf(fields.commands).filter((line) => typeof line === 'string');
  return commands.length > 0 ? commands.join('\n') : undefined;
};

/** The names under which Codex and others offer a shell. */
const SHELL_TOOLS = /^(?:exec_command|(?:local_)?shell(?:_command)?|container\.exec|bash)$/;

/**
 * A tool call with what a person wants to see of it: the command that it runs, the patch that it applies.
 * @param parsed the arguments as a value, where they did not come as text
 */
export const describeCall = <Call extends ToolCall | ScriptCall>(call: Call, parsed?: unknown): Call => {
  const described: Call = { ...call };
  const isCustom = 'custom' in call && call.custom === true;
  const fields = fieldsOf(parsed ?? (isCustom ? undefined : parseJson(call.arguments)));
  const command = SHELL_TOOLS.test(call.name) ? commandIn(fields) : undefined;
  const patch =
    patchOfOperation(fields) ??
    findPatch(command ?? (isCustom ? call.arguments : (stringOf(fields.input) ?? '')));
  if (command !== undefined) described.command = command;
  if (patch !== undefined) described.patch = patch;
  return described;
};
