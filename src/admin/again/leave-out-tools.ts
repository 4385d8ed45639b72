import { parseJson } from '../../base/json-object.ts';
import { fieldsOf, stringOf } from '../../conversation/json-fields.ts';
import type { MemberEdit } from '../../json/replace-members.ts';
import {
  type ByteRange,
  listMembers,
  readString,
  scanElements,
  scanMembers,
} from '../../json/scan-members.ts';

/** Tools that the client runs, or that only look up other tools: nothing happens where the model calls one. */
const RUN_BY_CLIENT =
  /^(?:function|custom|namespace|local_shell|apply_patch|tool_search\w*|computer(?:_use_preview|_\d+)?|bash_\d+|text_editor_\d+|memory_\d+)$/;

/** Members by which a provider is told to run something beside the list of tools. */
const RUNNING_MEMBERS = ['web_search_options', 'mcp_servers'] as const;

/** What of a request to change, and the names of what is left out. */
export interface WithoutTools {
  readonly edits: ReadonlyMap<string, MemberEdit>;
  readonly leftOut: readonly string[];
}

const raw = (bytes: Buffer, { start, end }: ByteRange): Buffer => bytes.subarray(start, end);

const isLocalShell = (tool: Readonly<Record<string, unknown>>): boolean =>
  tool.type === 'shell' && (tool.environment === undefined || fieldsOf(tool.environment).type === 'local');

/** The elements of a list of tools that stay; undefined where all do. */
const keptOf = (bytes: Buffer, list: ByteRange, leftOut: Set<string>): Buffer[] | undefined => {
  const elements = scanElements(bytes, list) ?? [];
  const kept = elements.filter((element) => {
    const tool = fieldsOf(parseJson(raw(bytes, element).toString()));
    // Anthropic's own form of a function has no type.
    const type = stringOf(tool.type) ?? 'function';
    if (RUN_BY_CLIENT.test(type) || isLocalShell(tool)) return true;
    leftOut.add(type);
    return false;
  });
  return kept.length === elements.length ? undefined : kept.map((element) => raw(bytes, element));
};

const COMMA = Buffer.from(',');

const listOf = (elements: readonly Buffer[]): Buffer =>
  Buffer.concat([
    Buffer.from('['),
    ...elements.flatMap((element, place) => (place === 0 ? [element] : [COMMA, element])),
    Buffer.from(']'),
  ]);

/** An item of the input that brings tools, without those that are left out; undefined where none are. */
const itemWithout = (bytes: Buffer, item: ByteRange, leftOut: Set<string>): Buffer | undefined => {
  const members = listMembers(bytes, item) ?? [];
  const type = members.find(({ key }) => key === 'type');
  const tools = members.find(({ key }) => key === 'tools');
  const isBringing = type && readString(bytes, type) === 'additional_tools';
  const kept = isBringing && tools ? keptOf(bytes, tools, leftOut) : undefined;
  if (!kept || !tools) return undefined;
  return Buffer.concat([
    bytes.subarray(item.start, tools.start),
    listOf(kept),
    bytes.subarray(tools.end, item.end),
  ]);
};

/**
 * Leaves out of a recorded request what its provider would run by itself, such as a web search: who sends it again
 * wants an answer, and nothing done. All other bytes stay as they are.
 * @param bytes a JSON object, a request of the Responses, Chat Completions or Messages API
 */
export const leaveOutTools = (bytes: Buffer): WithoutTools => {
  const members = scanMembers(bytes);
  const leftOut = new Set<string>();
  const edits = new Map<string, MemberEdit>();
  const tools = members?.get('tools');
  const kept = tools && keptOf(bytes, tools, leftOut);
  if (kept) {
    edits.set('tools', kept.length === 0 ? { kind: 'drop' } : { kind: 'set', value: [listOf(kept)] });
    if (kept.length === 0) edits.set('parallel_tool_calls', { kind: 'drop' });
  }
  const input = members?.get('input');
  const items = input ? (scanElements(bytes, input) ?? []) : [];
  const changed = items.map((item) => itemWithout(bytes, item, leftOut));
  if (changed.some((item) => item !== undefined)) {
    const rest = items.map((item, place) => changed[place] ?? raw(bytes, item));
    edits.set('input', { kind: 'set', value: [listOf(rest)] });
  }
  for (const name of RUNNING_MEMBERS) {
    if (!members?.has(name)) continue;
    edits.set(name, { kind: 'drop' });
    leftOut.add(name);
  }
  // A choice that names what is gone would be refused.
  if (leftOut.size > 0 && members?.has('tool_choice')) edits.set('tool_choice', { kind: 'drop' });
  return { edits, leftOut: [...leftOut] };
};
