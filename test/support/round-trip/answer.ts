import fc from 'fast-check';
import { eventsOf } from '../anthropic/answer-events.ts';
import type { RequestBlock } from '../anthropic/request-schema.ts';
import { TOOLS } from './conversation.ts';

/** What a model answers, whatever API tells of it. */
export interface Answer {
  readonly thought: string | undefined;
  readonly text: string | undefined;
  readonly calls: readonly AnswerCall[];
  /** What the provider wants back. */
  readonly signature: string;
  readonly isCutOff: boolean;
  readonly usage: {
    readonly input: number;
    readonly cached: number;
    readonly output: number;
    readonly thoughts: number;
  };
}

interface AnswerCall {
  readonly id: string;
  readonly tool: keyof typeof TOOLS;
  readonly args: Readonly<Record<string, unknown>>;
}

const anyText = fc.string({ unit: 'grapheme', minLength: 1, maxLength: 24 }).map((text) => `«${text}»`);
const count = fc.nat(100_000);
const base64 = fc
  .uint8Array({ minLength: 3, maxLength: 60 })
  .map((bytes) => `sig${Buffer.from(bytes).toString('base64url')}`)
  // Whole groups of four: as Google writes them.
  .map((text) => text.padEnd(Math.ceil(text.length / 4) * 4, 'A'));

const call = fc
  .record({
    tool: fc.constantFrom('exec' as const, 'patch' as const, 'spawn' as const),
    text: anyText,
    more: fc.jsonValue({ maxDepth: 1 }),
  })
  .map(({ tool, text, more }) => ({
    tool,
    args: tool === 'patch' ? { input: text } : { [tool === 'exec' ? 'cmd' : 'task']: text, more },
  }));

export const answer: fc.Arbitrary<Answer> = fc
  .record({
    thought: fc.option(anyText, { nil: undefined }),
    text: fc.option(anyText, { nil: undefined }),
    calls: fc.array(call, { maxLength: 3 }),
    signature: base64,
    isCutOff: fc.boolean(),
    usage: fc.record({ input: count, cached: count, output: count, thoughts: count }),
  })
  .map(({ calls, text, usage, isCutOff, ...rest }) => ({
    ...rest,
    text: text ?? (calls.length === 0 ? '«.»' : undefined),
    calls: calls.map((each, place) => ({ ...each, id: `call_${place}` })),
    isCutOff: isCutOff && calls.length === 0,
    // Counts that can be: a part is not more than its whole.
    usage: { ...usage, input: usage.input + usage.cached, output: usage.output + usage.thoughts },
  }));

const sse = (events: readonly object[], named: boolean): Buffer =>
  Buffer.from(
    events
      .map(
        (event) =>
          `${named && 'type' in event ? `event: ${String(event.type)}\n` : ''}data: ${JSON.stringify(event)}\n\n`,
      )
      .join(''),
  );

const piecesOf = (text: string): string[] => text.match(/[\s\S]{1,12}/gu) ?? [];

/** As Gemini streams it. @see https://ai.google.dev/api/generate-content */
export const geminiStream = ({
  thought = '',
  text = '',
  calls,
  signature,
  isCutOff,
  usage,
}: Answer): Buffer => {
  const signed = { thoughtSignature: signature };
  const parts = [
    ...piecesOf(thought).map((piece) => ({ text: piece, thought: true })),
    ...piecesOf(text).map((piece) => ({ text: piece })),
    ...calls.map(({ id, tool, args }, place) => ({
      functionCall: { id, name: TOOLS[tool].wireName, args },
      ...(place === 0 && signed),
    })),
    ...(calls.length === 0 ? [{ text: '', ...signed }] : []),
  ];
  const usageMetadata = {
    promptTokenCount: usage.input,
    cachedContentTokenCount: usage.cached,
    candidatesTokenCount: usage.output - usage.thoughts,
    thoughtsTokenCount: usage.thoughts,
    totalTokenCount: usage.input + usage.output,
  };
  const last = { finishReason: isCutOff ? 'MAX_TOKENS' : 'STOP' };
  const chunks = parts.map((part, place) => ({
    candidates: [
      { content: { role: 'model', parts: [part] }, index: 0, ...(place === parts.length - 1 && last) },
    ],
    usageMetadata,
    modelVersion: 'gemini-3-flash-preview',
    responseId: 'r',
  }));
  return sse(chunks, false);
};

/** As Anthropic streams it. @see https://platform.claude.com/docs/en/build-with-claude/streaming */
export const anthropicStream = ({ thought, text, calls, signature, isCutOff, usage }: Answer): Buffer => {
  const content: RequestBlock[] = [
    ...(thought === undefined ? [] : [{ type: 'thinking' as const, thinking: thought, signature }]),
    ...(text === undefined ? [] : [{ type: 'text' as const, text }]),
    ...calls.map(({ id, tool, args }) => ({
      type: 'tool_use' as const,
      id,
      name: TOOLS[tool].wireName,
      input: { ...args },
    })),
  ];
  const stop = calls.length > 0 ? 'tool_use' : 'end_turn';
  return sse(
    eventsOf({
      id: 'msg_1',
      type: 'message',
      role: 'assistant',
      model: 'claude-opus-5-5',
      content,
      stop_reason: isCutOff ? 'max_tokens' : stop,
      stop_sequence: null,
      usage: {
        input_tokens: usage.input - usage.cached,
        cache_read_input_tokens: usage.cached,
        cache_creation_input_tokens: 0,
        output_tokens: usage.output,
        output_tokens_details: { thinking_tokens: usage.thoughts },
      },
    }),
    true,
  );
};

/** As DeepSeek streams it. @see https://api-docs.deepseek.com/guides/thinking_mode */
export const chatStream = ({ thought = '', text = '', calls, isCutOff, usage }: Answer): Buffer => {
  const head = { id: 'c', object: 'chat.completion.chunk', model: 'deepseek-model' };
  const chunk = (delta: object, finish_reason: string | null = null): object => ({
    ...head,
    choices: [{ index: 0, delta, finish_reason }],
  });
  const toolCall = (index: number, more: object): object => chunk({ tool_calls: [{ index, ...more }] });
  const stop = calls.length > 0 ? 'tool_calls' : 'stop';
  const chunks = [
    chunk({ role: 'assistant', content: '' }),
    ...piecesOf(thought).map((piece) => chunk({ reasoning_content: piece })),
    ...piecesOf(text).map((piece) => chunk({ content: piece })),
    ...calls.flatMap(({ id, tool, args }, index) => [
      toolCall(index, { id, type: 'function', function: { name: TOOLS[tool].wireName, arguments: '' } }),
      ...piecesOf(JSON.stringify(args)).map((piece) => toolCall(index, { function: { arguments: piece } })),
    ]),
    chunk({}, isCutOff ? 'length' : stop),
    {
      ...head,
      choices: [],
      usage: {
        prompt_tokens: usage.input,
        prompt_tokens_details: { cached_tokens: usage.cached },
        completion_tokens: usage.output,
        completion_tokens_details: { reasoning_tokens: usage.thoughts },
        total_tokens: usage.input + usage.output,
      },
    },
  ];
  return Buffer.concat([sse(chunks, false), Buffer.from('data: [DONE]\n\n')]);
};
