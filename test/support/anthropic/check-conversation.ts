import type { MessagesRequest, RequestBlock, RequestMessage } from './request-schema.ts';

/** Throws what the API answers with 400. */
export const refuse = (message: string): never => {
  throw new Error(message);
};

export const blocksOf = ({ content }: RequestMessage): readonly RequestBlock[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : content;

export const isThought = (block: RequestBlock): boolean =>
  block.type === 'thinking' || block.type === 'redacted_thinking';

const idsOf = (message: RequestMessage | undefined, type: 'tool_use' | 'tool_result'): string[] =>
  message === undefined
    ? []
    : blocksOf(message).flatMap((block) =>
        block.type !== type ? [] : [block.type === 'tool_use' ? block.id : block.tool_use_id],
      );

const checkPairs = (messages: readonly RequestMessage[]): void => {
  const seen = new Set<string>();
  // A system message may not come between a call and its result, so the next message is the one.
  for (const [place, message] of messages.entries()) {
    const calls = message.role === 'assistant' ? idsOf(message, 'tool_use') : [];
    for (const id of calls) {
      if (seen.has(id)) refuse(`messages.${place}: \`tool_use\` ids must be unique`);
      seen.add(id);
    }
    const next = messages[place + 1];
    const answered = next?.role === 'user' ? idsOf(next, 'tool_result') : [];
    const missing = calls.filter((id) => !answered.includes(id));
    if (missing.length > 0) {
      refuse(
        `messages.${place}: \`tool_use\` ids were found without \`tool_result\` blocks immediately after: ${missing.join(', ')}. Each \`tool_use\` block must have a corresponding \`tool_result\` block in the next message.`,
      );
    }
    const results = message.role === 'user' ? idsOf(message, 'tool_result') : [];
    const previous = messages[place - 1];
    const called = previous?.role === 'assistant' ? idsOf(previous, 'tool_use') : [];
    for (const id of results) {
      if (!called.includes(id)) {
        refuse(
          `messages.${place}.content: unexpected \`tool_use_id\` found in \`tool_result\` blocks: ${id}. Each \`tool_result\` block must have a corresponding \`tool_use\` block in the previous message.`,
        );
      }
    }
    if (new Set(results).size < results.length) {
      refuse(`messages.${place}: each tool_use must have a single result`);
    }
    const kinds = blocksOf(message).map(({ type }) => type);
    if (kinds.lastIndexOf('tool_result') >= results.length) {
      refuse(`messages.${place}: \`tool_result\` blocks must come first`);
    }
  }
};

const checkRoles = (messages: readonly RequestMessage[]): void => {
  if (messages[0]?.role !== 'user') refuse('messages: first message must use the "user" role');
  for (const [place, { role }] of messages.entries()) {
    if (role !== 'system') continue;
    if (messages[place - 1]?.role !== 'user')
      refuse(`messages.${place}: a system message must follow a user turn`);
    const next = messages[place + 1];
    if (next !== undefined && next.role !== 'assistant') {
      refuse(`messages.${place}: a system message must end the messages or precede an assistant turn`);
    }
  }
};

const checkResults = (messages: readonly RequestMessage[]): void => {
  for (const [place, message] of messages.entries()) {
    for (const block of blocksOf(message)) {
      if (block.type !== 'tool_result' || block.is_error !== true) continue;
      if ((block.content?.length ?? 0) === 0) {
        refuse(`messages.${place}.tool_result: content cannot be empty if is_error is true`);
      }
    }
  }
};

const checkSearches = (messages: readonly RequestMessage[]): void => {
  for (const [place, message] of messages.entries()) {
    const open = new Set<string>();
    for (const block of blocksOf(message)) {
      if (block.type === 'server_tool_use') open.add(block.id);
      if (block.type === 'web_search_tool_result' && !open.delete(block.tool_use_id)) {
        refuse(`messages.${place}: unexpected \`web_search_tool_result\``);
      }
    }
    if (open.size > 0) {
      refuse(
        `messages.${place}: \`web_search\` tool use with id ${[...open].join()} was found without a result`,
      );
    }
  }
};

const checkCache = ({ tools = [], system, messages }: MessagesRequest): void => {
  const blocks = [
    ...tools,
    ...(Array.isArray(system) ? system : []),
    ...messages.flatMap((message): readonly object[] => blocksOf(message)),
  ];
  const found = blocks.filter((block) => 'cache_control' in block).length;
  if (found > 4) refuse(`A maximum of 4 blocks with cache_control may be provided. Found ${found}.`);
};

/** What the API insists on in any conversation, whatever the model. */
export const checkConversation = (request: MessagesRequest): void => {
  const { messages, tools = [], tool_choice: choice } = request;
  checkRoles(messages);
  checkPairs(messages);
  checkResults(messages);
  checkSearches(messages);
  checkCache(request);
  for (const [place, message] of messages.entries()) {
    const last = blocksOf(message).at(-1);
    if (last !== undefined && isThought(last)) {
      refuse(`messages.${place}: The final block in an assistant message cannot be \`thinking\`.`);
    }
  }
  const names = tools.map(({ name }) => name);
  if (new Set(names).size < names.length) refuse('tools: Tool names must be unique.');
  if (choice !== undefined && tools.length === 0) {
    refuse('tool_choice: may only be specified while providing tools');
  }
  if (choice?.type === 'tool' && !names.includes(choice.name)) {
    refuse(`tool_choice: Tool '${choice.name}' not found in provided tools`);
  }
};
