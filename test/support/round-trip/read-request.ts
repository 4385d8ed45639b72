/** What a provider reads in a request, whatever API it is of. */
export interface ReadRequest {
  readonly system: string;
  readonly segments: readonly Segment[];
  /** Everywhere in the conversation. */
  readonly images: readonly string[];
  readonly tools: readonly {
    readonly name: string;
    readonly description: string;
    readonly schema: unknown;
  }[];
  readonly toolChoice: string | undefined;
}

/** What one side says until the other one does; `results` answer the calls in their order. */
export type Segment =
  | { readonly by: 'user'; readonly text: string }
  | {
      readonly by: 'model';
      readonly text: string;
      readonly calls: readonly { readonly name: string; readonly args: unknown }[];
      readonly results: readonly string[];
    };

type Fields = Readonly<Record<string, unknown>>;

const isFields = (value: unknown): value is Fields =>
  typeof value === 'object' && value !== null && !Array.isArray(value);
export const fieldsOf = (value: unknown): Fields => (isFields(value) ? value : {});
const listOf = (value: unknown): Fields[] => (Array.isArray(value) ? value.map(fieldsOf) : []);
const stringOf = (value: unknown): string => (typeof value === 'string' ? value : '');

/** Joins what one side says in several messages. */
const joinUsers = (segments: readonly Segment[]): Segment[] => {
  const joined: Segment[] = [];
  for (const segment of segments) {
    const last = joined.at(-1);
    if (segment.by === 'user' && last?.by === 'user') {
      joined[joined.length - 1] = { by: 'user', text: `${last.text}\n${segment.text}` };
    } else {
      joined.push(segment);
    }
  }
  return joined;
};

const textOf = (parts: readonly Fields[]): string => parts.map(({ text }) => stringOf(text)).join('\n');

// -- Gemini ------------------------------------------------------------------------------------------------

const geminiImage = ({ inlineData }: Fields): string[] => {
  const { mimeType, data } = fieldsOf(inlineData);
  return data === undefined ? [] : [`data:${stringOf(mimeType)};base64,${stringOf(data)}`];
};

/** @see https://ai.google.dev/api/generate-content */
export const readGeminiRequest = (body: Fields): ReadRequest => {
  const contents = listOf(body.contents).map(({ role, parts }) => ({ role, parts: listOf(parts) }));
  const all = contents.flatMap(({ parts }) => parts);
  const responses = all.flatMap((part) =>
    'functionResponse' in part ? [fieldsOf(part.functionResponse)] : [],
  );
  const queue = [...responses];
  const segments = contents.flatMap(({ role, parts }): Segment[] => {
    if (role !== 'model') {
      // Models before Gemini 3 are shown the pictures of results in a content of their own.
      const isResults =
        parts.every((part) => 'inlineData' in part) || parts.some((part) => 'functionResponse' in part);
      return isResults ? [] : [{ by: 'user', text: textOf(parts) }];
    }
    const calls = parts.flatMap((part) => ('functionCall' in part ? [fieldsOf(part.functionCall)] : []));
    return [
      {
        by: 'model',
        text: textOf(parts.filter(({ thought }) => thought !== true)),
        calls: calls.map(({ name, args }) => ({ name: stringOf(name), args })),
        results: calls.map(() => {
          const { output, error } = fieldsOf(queue.shift()?.response);
          return stringOf(output ?? error);
        }),
      },
    ];
  });
  const { functionCallingConfig } = fieldsOf(body.toolConfig);
  const { mode, allowedFunctionNames } = fieldsOf(functionCallingConfig);
  const names = Array.isArray(allowedFunctionNames) ? allowedFunctionNames : [];
  const modes: Readonly<Record<string, string>> = {
    ANY: 'required',
    NONE: 'none',
    AUTO: 'auto',
    VALIDATED: 'auto',
  };
  return {
    system: textOf(listOf(fieldsOf(body.systemInstruction).parts)),
    segments: joinUsers(segments),
    images: [...all, ...responses.flatMap(({ parts }) => listOf(parts))].flatMap(geminiImage),
    tools: listOf(body.tools)
      .flatMap(({ functionDeclarations }) => listOf(functionDeclarations))
      .map(({ name, description, parametersJsonSchema }) => ({
        name: stringOf(name),
        description: stringOf(description),
        schema: parametersJsonSchema,
      })),
    toolChoice: names.length === 1 ? stringOf(names[0]) : modes[stringOf(mode)],
  };
};

// -- Anthropic ---------------------------------------------------------------------------------------------

const blocksOf = (content: unknown): Fields[] =>
  typeof content === 'string' ? [{ type: 'text', text: content }] : listOf(content);

const anthropicImage = ({ type, source }: Fields): string[] => {
  const { media_type, data, url } = fieldsOf(source);
  if (type !== 'image') return [];
  return [url === undefined ? `data:${stringOf(media_type)};base64,${stringOf(data)}` : stringOf(url)];
};

/** @see https://platform.claude.com/docs/en/api/messages/create */
export const readAnthropicRequest = (body: Fields): ReadRequest => {
  const messages = listOf(body.messages).map(({ role, content }) => ({ role, blocks: blocksOf(content) }));
  const all = messages.flatMap(({ blocks }) => blocks);
  const results = new Map(
    all.flatMap((block) =>
      block.type === 'tool_result' ? [[block.tool_use_id, blocksOf(block.content)]] : [],
    ),
  );
  const segments = messages.flatMap(({ role, blocks }): Segment[] => {
    const text = textOf(blocks.filter(({ type }) => type === 'text'));
    if (role !== 'assistant') return text === '' ? [] : [{ by: 'user', text }];
    const calls = blocks.filter(({ type }) => type === 'tool_use');
    return [
      {
        by: 'model',
        text,
        calls: calls.map(({ name, input }) => ({ name: stringOf(name), args: input })),
        results: calls.map(({ id }) => textOf(results.get(id) ?? [])),
      },
    ];
  });
  const choice = fieldsOf(body.tool_choice);
  const kinds: Readonly<Record<string, string>> = { any: 'required', auto: 'auto', none: 'none' };
  return {
    system: textOf(blocksOf(body.system)),
    segments: joinUsers(segments),
    images: [...all, ...[...results.values()].flat()].flatMap(anthropicImage),
    tools: listOf(body.tools)
      .filter((tool) => 'input_schema' in tool)
      .map(({ name, description, input_schema }) => ({
        name: stringOf(name),
        description: stringOf(description),
        schema: input_schema,
      })),
    toolChoice: choice.type === 'tool' ? stringOf(choice.name) : kinds[stringOf(choice.type)],
  };
};

// -- Chat completions --------------------------------------------------------------------------------------

/** What is put where a chat template wants an answer between a result and the user's word. */
const isBridge = (message: Fields, before: Fields | undefined): boolean =>
  before?.role === 'tool' && message.role === 'assistant' && message.content === 'Understood.';

/** @see https://platform.openai.com/docs/api-reference/chat/create */
export const readChatRequest = (body: Fields): ReadRequest => {
  const messages = listOf(body.messages);
  const isInstruction = ({ role }: Fields): boolean => role === 'system' || role === 'developer';
  const first = messages.findIndex((message) => !isInstruction(message));
  const rest = messages.slice(first).filter((message, index, list) => !isBridge(message, list[index - 1]));
  const results = new Map(
    rest.flatMap(({ role, tool_call_id, content }) =>
      role === 'tool' ? [[tool_call_id, stringOf(content)]] : [],
    ),
  );
  const segments = rest.flatMap(({ role, content, tool_calls }): Segment[] => {
    if (role === 'tool') return [];
    const text = textOf(blocksOf(content));
    // The pictures of a result, which can stand only here.
    if (text.startsWith('[shown by ') && text.replace(/\[shown by .*?\]/g, '').trim() === '') return [];
    if (role !== 'assistant') return [{ by: 'user', text }];
    const calls = listOf(tool_calls);
    return [
      {
        by: 'model',
        text,
        calls: calls.map((call) => {
          const { name, arguments: json } = fieldsOf(call.function);
          return { name: stringOf(name), args: JSON.parse(stringOf(json)) as unknown };
        }),
        results: calls.map(({ id }) => results.get(id) ?? ''),
      },
    ];
  });
  const parts = rest.flatMap(({ content }) => listOf(content));
  const choice = body.tool_choice;
  return {
    system: messages
      .slice(0, first)
      .map(({ content }) => textOf(blocksOf(content)))
      .join('\n'),
    segments: joinUsers(segments),
    images: parts.flatMap(({ image_url }) =>
      image_url === undefined ? [] : [stringOf(fieldsOf(image_url).url)],
    ),
    tools: listOf(body.tools).map((tool) => {
      const { name, description, parameters } = fieldsOf(tool.function);
      return { name: stringOf(name), description: stringOf(description), schema: parameters };
    }),
    toolChoice: typeof choice === 'string' ? choice : stringOf(fieldsOf(fieldsOf(choice).function).name),
  };
};

// -- Responses ---------------------------------------------------------------------------------------------

const outputText = (output: unknown): string =>
  typeof output === 'string' ? output : textOf(listOf(output));

const imagesOfItem = ({ content, output }: Fields): string[] =>
  [...listOf(content), ...listOf(output)].flatMap(({ image_url: url }) =>
    typeof url === 'string' ? [url] : [],
  );

const choiceOfResponses = (choice: unknown): string | undefined =>
  typeof choice === 'string' ? choice : isFields(choice) ? stringOf(choice.name) : undefined;

/** @see https://platform.openai.com/docs/api-reference/responses/create */
export const readResponsesRequest = (body: Fields): ReadRequest => {
  const input = listOf(body.input);
  const first = input.findIndex(({ role }) => role !== 'system');
  const leading = input.slice(0, first === -1 ? input.length : first);
  const outputs = new Map(
    input.flatMap(({ type, call_id: id, output }) =>
      type === 'function_call_output' ? [[id, outputText(output)] as const] : [],
    ),
  );
  const segments: Segment[] = [];
  let open: { texts: string[]; calls: { name: string; args: unknown }[]; results: string[] } | undefined;
  const model = () => {
    if (open === undefined) {
      open = { texts: [], calls: [], results: [] };
      segments.push({
        by: 'model',
        get text() {
          return texts.join('\n');
        },
        calls: open.calls,
        results: open.results,
      });
      const { texts } = open;
    }
    return open;
  };
  for (const item of input.slice(leading.length)) {
    if (item.type === 'function_call') {
      model().calls.push({ name: stringOf(item.name), args: JSON.parse(stringOf(item.arguments)) });
      model().results.push(outputs.get(item.call_id) ?? '');
    } else if (item.role === 'assistant') {
      model().texts.push(textOf(listOf(item.content)));
    } else if (item.type === 'message') {
      open = undefined;
      segments.push({ by: 'user', text: textOf(listOf(item.content)) });
    } else if (item.type === 'function_call_output') {
      open = undefined;
    }
  }
  return {
    system: leading.map(({ content }) => textOf(listOf(content))).join('\n'),
    segments: joinUsers(segments),
    images: input.flatMap(imagesOfItem),
    tools: listOf(body.tools).map(({ name, description, parameters }) => ({
      name: stringOf(name),
      description: stringOf(description),
      schema: parameters,
    })),
    toolChoice: choiceOfResponses(body.tool_choice),
  };
};
