import { refusalOfImage } from './check-image.ts';
import { checkShape, type Shape } from './check-shape.ts';
import { refusalOfGemini } from './check-tool-schema.ts';

export interface GeminiPart {
  readonly text?: string;
  readonly thought?: boolean;
  readonly thoughtSignature?: string;
  readonly inlineData?: { readonly mimeType: string; readonly data: string };
  readonly fileData?: { readonly mimeType?: string; readonly fileUri: string };
  readonly functionCall?: { readonly id?: string; readonly name: string; readonly args?: object };
  readonly functionResponse?: {
    readonly id?: string;
    readonly name: string;
    readonly response: { readonly output?: unknown; readonly error?: unknown };
    readonly parts?: readonly GeminiPart[];
  };
  readonly toolCall?: object;
  readonly toolResponse?: object;
}

interface GeminiContent {
  readonly role: 'user' | 'model';
  readonly parts: readonly GeminiPart[];
}

export interface GeminiRequest {
  readonly systemInstruction?: { readonly parts: readonly GeminiPart[] };
  readonly contents: readonly GeminiContent[];
  readonly tools?: readonly {
    readonly googleSearch?: object;
    readonly functionDeclarations?: readonly {
      readonly name: string;
      readonly description?: string;
      readonly parameters?: object;
      readonly parametersJsonSchema?: object;
    }[];
  }[];
  readonly toolConfig?: {
    readonly functionCallingConfig?: { readonly mode?: string; readonly allowedFunctionNames?: string[] };
    readonly includeServerSideToolInvocations?: boolean;
  };
  readonly generationConfig?: {
    readonly stopSequences?: readonly string[];
    readonly responseMimeType?: string;
    readonly responseJsonSchema?: object;
    readonly thinkingConfig?: { readonly thinkingLevel?: string; readonly thinkingBudget?: number };
    readonly maxOutputTokens?: number;
    readonly temperature?: number;
    readonly topP?: number;
  };
}

/** Documented for calls that no Gemini model made. */
export const BYPASS_SIGNATURE = 'skip_thought_signature_validator';

const members = (shape: Readonly<Record<string, Shape>>): Shape => ({ members: shape });
const list = (shape: Shape): Shape => ({ list: shape });

const INLINE_DATA = members({ mimeType: 'string', data: 'base64', displayName: 'string' });
const FILE_DATA = members({ mimeType: 'string', fileUri: 'string', displayName: 'string' });
const PART = members({
  text: 'string',
  thought: 'boolean',
  thoughtSignature: 'base64',
  inlineData: INLINE_DATA,
  fileData: FILE_DATA,
  functionCall: members({ id: 'string', name: 'string', args: 'object' }),
  functionResponse: members({
    id: 'string',
    name: 'string',
    response: 'object',
    parts: list(members({ inlineData: INLINE_DATA, fileData: FILE_DATA })),
  }),
  toolCall: 'object',
  toolResponse: 'object',
});
const REQUEST = members({
  systemInstruction: members({ role: 'string', parts: list(PART) }),
  contents: list(members({ role: new Set(['user', 'model']), parts: list(PART) })),
  tools: list(
    members({
      googleSearch: members({}),
      functionDeclarations: list(
        members({
          name: 'string',
          description: 'string',
          parameters: 'object',
          parametersJsonSchema: 'object',
        }),
      ),
    }),
  ),
  toolConfig: members({
    functionCallingConfig: members({
      mode: new Set(['AUTO', 'ANY', 'NONE', 'VALIDATED']),
      allowedFunctionNames: list('string'),
    }),
    includeServerSideToolInvocations: 'boolean',
  }),
  generationConfig: members({
    maxOutputTokens: 'number',
    temperature: 'number',
    topP: 'number',
    stopSequences: list('string'),
    responseMimeType: new Set(['text/plain', 'application/json']),
    responseJsonSchema: 'object',
    thinkingConfig: members({
      includeThoughts: 'boolean',
      thinkingBudget: 'number',
      thinkingLevel: new Set(['MINIMAL', 'LOW', 'MEDIUM', 'HIGH']),
    }),
  }),
});

const DATA_MEMBERS = [
  'text',
  'inlineData',
  'fileData',
  'functionCall',
  'functionResponse',
  'toolCall',
  'toolResponse',
] as const;

/** Exactly, in lower case. */
const READABLE =
  /^(?:image\/(?:png|jpeg|webp|heic|heif)|application\/(?:pdf|json)|(?:text|audio|video)\/.+)$/;

const isRequest = (body: unknown): body is GeminiRequest => checkShape(body, REQUEST) === undefined;

const generationOf = (model: string): number => Number(/^gemini-(\d+(?:\.\d+)?)/.exec(model)?.[1] ?? 0);

const checkParts = (parts: readonly GeminiPart[], path: string): string | undefined => {
  if (parts.length === 0) return `${path}.parts must not be empty.`;
  for (const part of parts) {
    const data = DATA_MEMBERS.filter((member) => part[member] !== undefined);
    if (data.length !== 1) {
      return `${path}.parts: required oneof field 'data' must have one initialized field.`;
    }
    const { mimeType = '', data: bytes = '' } = part.inlineData ?? {};
    if (part.inlineData !== undefined) {
      if (!READABLE.test(mimeType)) return `Unsupported MIME type: ${mimeType}`;
      const mismatch = refusalOfImage(mimeType, bytes);
      if (mismatch !== undefined) return mismatch;
    }
    if (part.text === '' && part.thoughtSignature === undefined)
      return `${path}.parts: empty text parameter.`;
  }
  return undefined;
};

const callsOf = ({ parts }: GeminiContent) => parts.flatMap(({ functionCall }) => functionCall ?? []);
const answersOf = ({ parts }: GeminiContent) =>
  parts.flatMap(({ functionResponse }) => functionResponse ?? []);

const checkTurns = (contents: readonly GeminiContent[], generation: number): string | undefined => {
  for (const [index, content] of contents.entries()) {
    const before = contents[index - 1];
    const calls = callsOf(content);
    const answers = answersOf(content);
    if (calls.length > 0 && content.role !== 'model') return 'functionCall is only valid in role model.';
    if (answers.length > 0 && content.role !== 'user') return 'functionResponse is not valid in role model.';
    if (calls.length > 0 && before?.role !== 'user') {
      return 'Please ensure that function call turn comes immediately after a user turn or after a function response turn.';
    }
    const asked = before === undefined ? [] : callsOf(before);
    if (answers.length > 0 && asked.length === 0) {
      return 'Please ensure that function response turn comes immediately after a function call turn.';
    }
    // Before Gemini 3, a picture beside them counts as well.
    const given = generation < 3 && answers.length > 0 ? content.parts.length : answers.length;
    if (asked.length !== given) {
      return 'Please ensure that the number of function response parts is equal to the number of function call parts of the function call turn.';
    }
    for (const [place, call] of asked.entries()) {
      const answer = answers[place];
      if (answer?.name !== call.name || answer.id !== call.id) {
        return `function response ${place} is to ${answer?.name} ${answer?.id}, and the call was ${call.name} ${call.id}.`;
      }
    }
  }
  const last = contents.at(-1);
  if (last !== undefined && callsOf(last).length > 0)
    return 'The last function call turn has no response turn.';
  return undefined;
};

/** Only the current turn is looked at: what came after the last words of the user. */
const checkSignatures = (contents: readonly GeminiContent[]): string | undefined => {
  const turn = contents.findLastIndex(
    (content) => content.role === 'user' && answersOf(content).length === 0,
  );
  for (const [index, { parts }] of contents.entries()) {
    if (index <= turn) continue;
    const place = parts.findIndex(({ functionCall }) => functionCall !== undefined);
    const call = parts[place];
    if (call !== undefined && call.thoughtSignature === undefined) {
      return `Function call is missing a thought_signature in functionCall parts. This is required for tools to work correctly, and missing thought_signature may lead to degraded model performance. Additional data, function call \`default_api:${call.functionCall?.name}\`, position ${place}.`;
    }
  }
  return undefined;
};

const checkTools = (request: GeminiRequest, generation: number): string | undefined => {
  const { tools = [], toolConfig, generationConfig } = request;
  const functions = tools.flatMap(({ functionDeclarations }) => functionDeclarations ?? []);
  const names = functions.map(({ name }) => name);
  const searches = tools.some(({ googleSearch }) => googleSearch !== undefined);
  const { mode, allowedFunctionNames } = toolConfig?.functionCallingConfig ?? {};
  const invalid = names.find((name) => !/^[a-zA-Z_][a-zA-Z0-9_.:-]{0,127}$/.test(name));
  if (invalid !== undefined) return `Invalid function name ${invalid}.`;
  if (new Set(names).size < names.length) return 'Duplicate function declaration found.';
  if (tools.some((tool) => Object.keys(tool).length !== 1)) return 'A tool must have one kind.';
  if (functions.length > 512) return 'At most 512 functions.';
  if (functions.some((each) => each.parameters !== undefined && each.parametersJsonSchema !== undefined)) {
    return 'parameters and parameters_json_schema are mutually exclusive.';
  }
  const refusal = functions
    .map(({ parametersJsonSchema, name }) =>
      parametersJsonSchema === undefined ? undefined : refusalOfGemini(parametersJsonSchema, name),
    )
    .find((each) => each !== undefined);
  if (refusal !== undefined) return refusal;
  if (mode !== undefined && functions.length === 0) {
    return 'Function calling config is set without function_declarations.';
  }
  if (allowedFunctionNames !== undefined) {
    if (mode !== 'ANY' && mode !== 'VALIDATED')
      return 'allowed_function_names is only for ANY and VALIDATED.';
    if (!allowedFunctionNames.every((name) => names.includes(name)))
      return 'An allowed function is not declared.';
  }
  if (searches && functions.length > 0) {
    if (generation < 3) return 'Tool use with function calling is unsupported by the model.';
    if (toolConfig?.includeServerSideToolInvocations !== true) {
      return 'Please enable tool_config.include_server_side_tool_invocations to use built-in tools with function calling.';
    }
    if (mode === 'AUTO') return 'AUTO is unsupported with server side tool invocations.';
  }
  if (generation < 3 && functions.length > 0 && generationConfig?.responseMimeType === 'application/json') {
    return "Function calling with a response mime type: 'application/json' is unsupported";
  }
  return undefined;
};

const checkGeneration = (
  { generationConfig = {} }: GeminiRequest,
  generation: number,
): string | undefined => {
  const { stopSequences = [], responseJsonSchema, responseMimeType, thinkingConfig } = generationConfig;
  if (stopSequences.length > 5) return 'At most 5 stop sequences.';
  if (responseJsonSchema !== undefined && responseMimeType !== 'application/json') {
    return 'response_json_schema needs response_mime_type application/json.';
  }
  if (thinkingConfig === undefined) return undefined;
  const { thinkingLevel, thinkingBudget } = thinkingConfig;
  if (generation < 2.5) return 'Thinking is not enabled for this model.';
  if (thinkingLevel !== undefined && thinkingBudget !== undefined) {
    return 'You can only set only one of thinking budget and thinking level.';
  }
  if (thinkingLevel !== undefined && generation < 3) return 'Thinking level is not supported for this model.';
  return undefined;
};

const findRefusal = (request: GeminiRequest, generation: number): string | undefined => {
  const { systemInstruction, contents = [] } = request;
  if (contents.length === 0) return '* GenerateContentRequest.contents: contents is not specified';
  if (systemInstruction?.parts.some(({ text }) => text === undefined) === true) {
    return 'system_instruction must be text.';
  }
  return (
    (systemInstruction && checkParts(systemInstruction.parts, 'system_instruction')) ??
    contents.map(({ parts }, index) => checkParts(parts, `contents[${index}]`)).find(Boolean) ??
    checkTurns(contents, generation) ??
    (generation >= 3 ? checkSignatures(contents) : undefined) ??
    checkTools(request, generation) ??
    checkGeneration(request, generation)
  );
};

/** Holds a request against what Gemini's API refuses, in Google's words where they are known. */
export const checkGeminiRequest = (
  body: unknown,
  model: string,
): { readonly request: GeminiRequest } | { readonly refusal: string } => {
  if (!isRequest(body)) return { refusal: checkShape(body, REQUEST) ?? '' };
  const refusal = findRefusal(body, generationOf(model));
  return refusal === undefined ? { request: body } : { refusal };
};
