import { type Say, startAnthropicUpstream } from '../anthropic/upstream.ts';
import type { Flavour } from '../chat/check-conversation.ts';
import { startChatUpstream } from '../chat-upstream.ts';
import { startGeminiUpstream } from '../gemini-upstream.ts';

/** One answer of a model's, whatever API its provider speaks. */
export interface Step {
  readonly thought?: string;
  readonly text?: string;
  readonly calls?: readonly { readonly name: string; readonly input: object }[];
  /** How many tokens the request had, in place of a few. */
  readonly inputTokens?: number;
}

/** A provider's double that plays steps, one a request, and refuses what the real one refuses. */
export interface DialectDouble {
  /** Its address and key, as the gateway's variables. */
  readonly env: Readonly<Record<string, string>>;
  /** The bodies of the requests, as text. */
  bodies(): string[];
  readonly refusals: readonly string[];
  close(): Promise<void>;
}

interface DialectCase {
  /** As the gateway names it. */
  readonly provider: string;
  readonly title: string;
  readonly model: string;
  readonly start: (steps: readonly [Step, ...Step[]]) => Promise<DialectDouble>;
}

const mapSteps = <Turn>(steps: readonly [Step, ...Step[]], map: (step: Step) => Turn): [Turn, ...Turn[]] => {
  const [first, ...rest] = steps;
  return [map(first), ...rest.map(map)];
};

const sayStep = ({ thought, text, calls = [] }: Step): Say[] => [
  ...(thought === undefined ? [] : [{ thinking: thought }]),
  ...(text === undefined ? [] : [{ text }]),
  ...calls.map(({ name, input }) => ({ call: name, input })),
];

/** A provider of chat completions, and what its double insists on. */
const chatCase = (
  provider: string,
  title: string,
  model: string,
  flavour: Flavour,
  prefix = provider.toUpperCase(),
): DialectCase => ({
  provider,
  title,
  model,
  start: async (steps) => {
    const double = await startChatUpstream(
      mapSteps(steps, ({ calls = [], ...step }) => ({
        ...step,
        calls: calls.map(({ name, input }) => ({ name, json: JSON.stringify(input) })),
      })),
      flavour,
    );
    return {
      env: { [`${prefix}_API_KEY`]: 'sk-test', [`${prefix}_BASE_URL`]: double.url },
      bodies: () => double.requests.map(({ body }) => body.toString()),
      refusals: double.refusals,
      close: double.close,
    };
  },
});

/** Google's Gemini: newer models want their signatures back, older ones refuse a format beside tools. */
const geminiCase = (model: string): DialectCase => ({
  provider: 'gemini',
  title: 'Google Gemini',
  model,
  start: async (steps) => {
    const double = await startGeminiUpstream(
      mapSteps(steps, ({ thought, text, calls = [] }) => ({
        parts: [
          ...(thought === undefined ? [] : [{ text: thought, thought: true }]),
          ...(text === undefined ? [] : [{ text }]),
          ...calls.map(({ name, input }) => ({ functionCall: { id: `id_of_${name}`, name, args: input } })),
        ],
      })),
    );
    return {
      env: { GEMINI_API_KEY: 'AIza-test', GEMINI_BASE_URL: double.url },
      bodies: () => double.requests.map(({ body }) => body.toString()),
      refusals: double.refusals,
      close: double.close,
    };
  },
});

export const DIALECT_CASES: readonly DialectCase[] = [
  {
    provider: 'anthropic',
    title: 'Anthropic',
    // The strictest: it takes no thought back if anything before it has changed.
    model: 'claude-opus-5-5',
    start: async (steps) => {
      const double = await startAnthropicUpstream(mapSteps(steps, (step) => ({ say: sayStep(step) })));
      return {
        env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url },
        bodies: () => double.requests.map(({ body }) => body.toString()),
        // A thought that is dropped ends no session, but it is lost.
        get refusals() {
          return [...double.refusals, ...double.dropped];
        },
        close: double.close,
      };
    },
  },
  geminiCase('gemini-3-flash-preview'),
  chatCase('deepseek', 'DeepSeek', 'deepseek-reasoner', 'deepseek'),
  chatCase('openrouter', 'OpenRouter', 'anthropic/claude-sonnet-5', 'openrouter'),
  chatCase('mistral', 'Mistral', 'mistral-medium-latest', 'mistral'),
  chatCase('xai', 'xAI', 'grok-4', 'openai'),
  chatCase('ollama', 'Ollama', 'qwen3-coder', 'template'),
  chatCase('vllm', 'vLLM', 'a-model-of-my-own', 'template'),
];

/** Further kinds of provider, and models that take less than those above. */
export const MORE_CASES: readonly DialectCase[] = [
  geminiCase('gemini-2.5-flash'),
  chatCase('groq', 'Groq', 'openai/gpt-oss-120b', 'groq'),
  chatCase('compatible', 'an unknown server', 'some-model', 'template'),
  chatCase('lmstudio', 'LM Studio', 'some-model', 'template'),
  chatCase('moonshot', 'Moonshot AI', 'kimi-k2.6', 'moonshot'),
  chatCase('minimax', 'MiniMax', 'MiniMax-M2', 'minimax'),
  chatCase('alibaba', 'Alibaba Cloud', 'qwen3-coder-plus', 'alibaba', 'DASHSCOPE'),
  chatCase('fireworks', 'Fireworks AI', 'accounts/fireworks/models/some-model', 'template'),
  chatCase('together', 'Together AI', 'owner/some-model', 'template'),
  chatCase('cerebras', 'Cerebras', 'gpt-oss-120b', 'groq'),
  chatCase('llamacpp', 'llama.cpp', 'some-model', 'template'),
  chatCase('sglang', 'SGLang', 'some-model', 'template'),
  chatCase('zai', 'Z.ai', 'glm-4.6', 'zai'),
  chatCase('bedrock', 'Amazon Bedrock', 'openai.gpt-oss-120b', 'openai'),
];
