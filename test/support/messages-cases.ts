import { startChatUpstream } from './chat-upstream.ts';
import { startGeminiUpstream } from './gemini-upstream.ts';
import { startResponsesUpstream } from './responses/upstream.ts';
import type { Step } from './translate/dialect-double.ts';
import type { Answer } from './upstream/script.ts';

/** A step of the model's, or what goes wrong instead. */
export type MessagesStep = Step | Answer;

/** What is answered to the request with this index. @param request as JSON */
export type StepAt = (index: number, request: string) => MessagesStep;

interface MessagesDouble {
  readonly url: string;
  /** What it refused: nothing in a test where all goes well. */
  readonly refusals: readonly string[];
  readonly requests: readonly { readonly body: Buffer; readonly url: string }[];
  close(): Promise<void>;
}

/** A provider that does not speak Anthropic's API, as the gateway is configured for it. */
export interface MessagesCase {
  readonly title: string;
  readonly provider: 'openai' | 'deepseek' | 'gemini';
  readonly dialect: 'responses' | 'chat' | 'gemini';
  readonly native?: readonly ['chat'];
  readonly model: string;
  /** The model tells what it thinks. */
  readonly thinks: boolean;
  start(stepAt: StepAt): Promise<MessagesDouble>;
}

const isAnswer = (step: MessagesStep): step is Answer => 'kind' in step;

const toChat = (step: MessagesStep, thinks: boolean) => {
  if (isAnswer(step)) return step;
  const { calls = [], thought, inputTokens, ...rest } = step;
  return {
    ...rest,
    ...(inputTokens !== undefined && {
      usage: { prompt_tokens: inputTokens, completion_tokens: 25, total_tokens: inputTokens + 25 },
    }),
    ...(thinks && thought !== undefined && { thought }),
    calls: calls.map(({ name, input }) => ({ name, json: JSON.stringify(input) })),
  };
};

const toGemini = (step: MessagesStep, index: number) => {
  if (isAnswer(step)) return step;
  const { thought, text, calls = [], inputTokens } = step;
  return {
    ...(inputTokens !== undefined && {
      usage: {
        promptTokenCount: inputTokens,
        candidatesTokenCount: 25,
        totalTokenCount: inputTokens + 25,
      },
    }),
    parts: [
      ...(thought === undefined ? [] : [{ text: thought, thought: true }]),
      ...(text === undefined ? [] : [{ text }]),
      ...calls.map(({ name, input }, place) => ({
        functionCall: { id: `id_${index}_${place}`, name, args: input },
      })),
    ],
  };
};

/** Each provider that Anthropic's API is translated for, with a double that checks every request. */
export const MESSAGES_CASES: readonly MessagesCase[] = [
  {
    title: 'OpenAI Responses',
    provider: 'openai',
    dialect: 'responses',
    model: 'gpt-5.5',
    thinks: true,
    start: (stepAt) => startResponsesUpstream((asked, index) => stepAt(index, JSON.stringify(asked))),
  },
  {
    title: 'OpenAI chat',
    provider: 'openai',
    dialect: 'chat',
    native: ['chat'],
    model: 'gpt-5.5',
    thinks: false,
    start: (stepAt) =>
      startChatUpstream((asked, index) => toChat(stepAt(index, JSON.stringify(asked)), false), 'openai'),
  },
  {
    title: 'DeepSeek chat',
    provider: 'deepseek',
    dialect: 'chat',
    native: ['chat'],
    model: 'deepseek-reasoner',
    thinks: true,
    start: (stepAt) =>
      startChatUpstream((asked, index) => toChat(stepAt(index, JSON.stringify(asked)), true), 'deepseek'),
  },
  {
    title: 'Gemini',
    provider: 'gemini',
    dialect: 'gemini',
    model: 'gemini-3-flash-preview',
    thinks: true,
    start: (stepAt) =>
      startGeminiUpstream((asked, index) => toGemini(stepAt(index, JSON.stringify(asked)), index)),
  },
];

/** The steps in turn, of which the last repeats. */
export const inTurn =
  (...steps: readonly [MessagesStep, ...MessagesStep[]]): StepAt =>
  (index) =>
    steps[Math.min(index, steps.length - 1)] ?? steps[0];

/** The configuration of a gateway whose `claude-*` models are the case's model. */
export const messagesGateway = (
  { provider, model, native }: MessagesCase,
  url: string,
): { readonly providerKey: null; readonly configFile: string; readonly env: Record<string, string> } => {
  const prefix = provider.toUpperCase();
  const own = native ? `providers:\n  ${provider}:\n    native: [${native.join()}]\n` : '';
  return {
    providerKey: null,
    configFile: `aliases:\n  "claude-*": ${provider}/${model}\n${own}`,
    env: { [`${prefix}_API_KEY`]: 'sk-test', [`${prefix}_BASE_URL`]: url, MODEL_LISTS: 'false' },
  };
};
