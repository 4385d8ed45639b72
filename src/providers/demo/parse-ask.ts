/** A tool that the demo knows how to call, in the form in which the client offered it. */
export type DemoTool =
  | { readonly kind: 'function'; readonly name: string; readonly parameter: 'cmd' | 'command' }
  | { readonly kind: 'custom'; readonly name: string; readonly namespace?: string };

/** What the demo reads of a request; everything else in it is left alone. */
export interface Ask {
  readonly model: string;
  readonly stream: boolean;
  /** The text of the last user message, or `''`. */
  readonly prompt: string;
  /** What a tool printed after that message; absent if none has run yet. */
  readonly toolOutput?: string;
  /** The conversation after that message was made short: a tool may have run. */
  readonly compacted: boolean;
  readonly tool?: DemoTool;
  readonly effort: string;
  readonly sessionKey?: string;
  /** A chat stream ends with a chunk that holds the usage. */
  readonly includeUsage: boolean;
  /** The user's messages, unchanged: a compacted conversation keeps them. */
  readonly userMessages: readonly object[];
  /** The prompt in the order in which a cache would read it: instructions, tools, then each item. */
  readonly parts: readonly string[];
  /** The request wants the conversation made short, not answered. */
  readonly compacts: boolean;
}

type Fields = Readonly<Record<string, unknown>>;

const fieldsOf = (value: unknown): Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as Fields) : {};
const listOf = (value: unknown): readonly unknown[] => (Array.isArray(value) ? value : []);
const textOf = (value: unknown): string | undefined =>
  typeof value === 'string' && value !== '' ? value : undefined;

/** The text of a content field, which is a string or a list of parts. */
const readText = (content: unknown): string =>
  typeof content === 'string'
    ? content
    : listOf(content)
        .map((part) => textOf(fieldsOf(part).text) ?? '')
        .join('');

/** What Claude Code puts before the words of its user. */
const REMINDER = '<system-reminder>';

/** The same without the parts that a client has added by itself. */
const readPrompt = (content: unknown): string => {
  const own = listOf(content).filter(
    (part) => !textOf(fieldsOf(part).text)?.trimStart().startsWith(REMINDER),
  );
  return readText(own.length > 0 ? own : content).trim();
};

/**
 * Finds a tool that runs a shell command. Claude Code names it `Bash` (argument `command`). Codex names it `exec_command` (argument `cmd`), older
 * versions `shell_command` (argument `command`); for its newest models the only tool is `exec`,
 * which takes JavaScript and lies in a namespace of an `additional_tools` item.
 */
const findTool = (tools: readonly unknown[], namespace?: string): DemoTool | undefined => {
  for (const entry of tools) {
    const tool = fieldsOf(entry);
    const name = textOf(tool.name) ?? textOf(fieldsOf(tool.function).name);
    if (tool.type === 'namespace') {
      const inside = findTool(listOf(tool.tools), name);
      if (inside) return inside;
    } else if (tool.type === 'custom' && name === 'exec') {
      return { kind: 'custom', name, ...(namespace && { namespace }) };
    } else if (namespace === undefined && name === 'exec_command') {
      return { kind: 'function', name, parameter: 'cmd' };
    } else if (namespace === undefined && (name === 'shell_command' || name === 'Bash')) {
      return { kind: 'function', name, parameter: 'command' };
    }
  }
  return undefined;
};

const isToolOutput = (item: Fields): boolean =>
  item.type === 'function_call_output' || item.type === 'custom_tool_call_output' || item.role === 'tool';

/** Reads backwards from the end, until the user message that the latest items serve. */
const readTurn = (items: readonly Fields[]): Pick<Ask, 'prompt' | 'toolOutput' | 'compacted'> => {
  const start = items.findLastIndex((item) => item.role === 'user');
  const after = items.slice(start + 1);
  const output = after.findLast(isToolOutput);
  return {
    prompt: readPrompt(items[start]?.content),
    ...(output && { toolOutput: readText(output.output ?? output.content) }),
    compacted: after.some((item) => item.type === 'compaction'),
  };
};

/**
 * Reads a Responses or chat-completions request. Total: what is missing or of another type is taken
 * as not given, since a demo should answer rather than judge.
 * @param body the parsed JSON
 * @param sessionHeader the client's `session-id`, where the body names no `prompt_cache_key`
 */
export const parseAsk = (body: unknown, sessionHeader?: string): Ask => {
  const request = fieldsOf(body);
  const input = request.messages ?? request.input;
  const items =
    typeof input === 'string'
      ? [{ role: 'user', content: input }]
      : listOf(input).map((item) => fieldsOf(item));
  const tools = [
    ...listOf(request.tools),
    ...items.filter((item) => item.type === 'additional_tools').flatMap((item) => listOf(item.tools)),
  ];
  const tool = findTool(tools);
  const sessionKey = textOf(request.prompt_cache_key) ?? sessionHeader;
  return {
    model: textOf(request.model) ?? '',
    stream: request.stream === true,
    ...readTurn(items),
    ...(tool && { tool }),
    effort: textOf(fieldsOf(request.reasoning).effort) ?? textOf(request.reasoning_effort) ?? 'none',
    ...(sessionKey && { sessionKey }),
    includeUsage: fieldsOf(request.stream_options).include_usage === true,
    userMessages: items.filter((item) => item.role === 'user'),
    parts: [request.instructions ?? '', request.tools ?? '', ...items].map((part) => JSON.stringify(part)),
    compacts: items.at(-1)?.type === 'compaction_trigger',
  };
};
