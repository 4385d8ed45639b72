import { type Say, startAnthropicUpstream } from '../anthropic/upstream.ts';
import type { Flavour } from '../chat/check-conversation.ts';
import { startChatUpstream } from '../chat-upstream.ts';
import { startGeminiUpstream } from '../gemini-upstream.ts';
import type { RecordedRequest } from '../upstream/recorded-request.ts';
import { AWS_ENV, bearerOf, refusalOfAws, startAzureUpstream } from './cloud-doubles.ts';
import type { DialectDouble, Step } from './dialect-double.ts';

export interface DialectCase {
  /** As the gateway names it. */
  readonly provider: string;
  readonly title: string;
  readonly model: string;
  readonly start: (steps: readonly [Step, ...Step[]]) => Promise<DialectDouble>;
  /** Requests pass as they came: what is in a history is between the client and the provider. */
  readonly isNative?: true;
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

interface ChatCredential {
  readonly env?: Readonly<Record<string, string>>;
  readonly refusalOf?: (request: RecordedRequest) => string | undefined;
}

/** A provider of chat completions, and what its double insists on. */
const chatCase = (
  provider: string,
  title: string,
  model: string,
  flavour: Flavour,
  prefix = provider.toUpperCase(),
  credential: ChatCredential = {},
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
      credential.refusalOf,
    );
    const key = credential.env ?? { [`${prefix}_API_KEY`]: 'sk-test' };
    return {
      env: { ...key, [`${prefix}_BASE_URL`]: double.url },
      bodies: () => double.requests.map(({ body }) => body.toString()),
      refusals: double.refusals,
      close: double.close,
    };
  },
});

/** Google's own API, in one of its two places. */
const googleCase = (
  place: Pick<DialectCase, 'provider' | 'title'>,
  model: string,
  envAt: (url: string) => Readonly<Record<string, string>>,
  options: Parameters<typeof startGeminiUpstream>[1] = {},
): DialectCase => ({
  ...place,
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
      options,
    );
    return {
      env: envAt(double.url),
      bodies: () => double.requests.map(({ body }) => body.toString()),
      refusals: double.refusals,
      close: double.close,
    };
  },
});

/** Newer models want their signatures back, older ones refuse a format beside tools. */
const geminiCase = (model: string): DialectCase =>
  googleCase({ provider: 'gemini', title: 'Google Gemini' }, model, (url) => ({
    GEMINI_API_KEY: 'AIza-test',
    GEMINI_BASE_URL: url,
  }));

const PROJECT = '/v1/projects/my-project/locations/global';

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
  chatCase('ollama', 'Ollama', 'qwen3-coder', 'local'),
  chatCase('vllm', 'vLLM', 'a-model-of-my-own', 'template'),
];

/** Further kinds of provider, and models that take less than those above. */
export const MORE_CASES: readonly DialectCase[] = [
  geminiCase('gemini-2.5-flash'),
  chatCase('groq', 'Groq', 'openai/gpt-oss-120b', 'groq'),
  chatCase('compatible', 'an unknown server', 'some-model', 'template'),
  chatCase('lmstudio', 'LM Studio', 'some-model', 'local'),
  chatCase('moonshot', 'Moonshot AI', 'kimi-k2.6', 'moonshot'),
  chatCase('minimax', 'MiniMax', 'MiniMax-M2', 'minimax'),
  chatCase('alibaba', 'Alibaba Cloud', 'qwen3-coder-plus', 'alibaba', 'DASHSCOPE'),
  chatCase('fireworks', 'Fireworks AI', 'accounts/fireworks/models/some-model', 'template'),
  chatCase('together', 'Together AI', 'owner/some-model', 'template'),
  chatCase('cerebras', 'Cerebras', 'gpt-oss-120b', 'groq'),
  chatCase('llamacpp', 'llama.cpp', 'some-model', 'template'),
  chatCase('sglang', 'SGLang', 'some-model', 'template'),
  chatCase('zai', 'Z.ai', 'glm-4.6', 'zai'),
  chatCase('bedrock', 'Amazon Bedrock', 'openai.gpt-oss-120b', 'openai', 'BEDROCK', {
    env: { ...AWS_ENV, BEDROCK_MODELS: 'openai.gpt-oss-120b' },
    refusalOf: refusalOfAws,
  }),
  googleCase(
    { provider: 'vertex', title: 'Google Vertex AI' },
    'gemini-3-flash-preview',
    (url) => ({
      VERTEX_API_KEY: 'ya29.token',
      VERTEX_BASE_URL: url.replace('/v1beta', PROJECT),
      VERTEX_MODELS: 'gemini-3-flash-preview',
    }),
    { modelsAt: `${PROJECT}/publishers/google/models/`, refusalOf: bearerOf('ya29.token') },
  ),
  chatCase('oracle', 'Oracle Cloud', 'meta.llama-4-maverick', 'template', 'ORACLE', {
    refusalOf: bearerOf('sk-test'),
  }),
];

/** Providers that are asked as the client asks. */
export const NATIVE_CASES: readonly DialectCase[] = [
  {
    provider: 'azure',
    title: 'Azure OpenAI',
    model: 'my-deployment',
    start: startAzureUpstream,
    isNative: true,
  },
];
