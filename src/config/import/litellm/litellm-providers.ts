/** How LiteLLM's name of a provider is said here. */
export interface KnownProvider {
  /** One of our types. */
  readonly type: string;
  /** Of a service that has no type of its own here. */
  readonly baseUrl?: string;
  /** Variables that LiteLLM reads where the file has no key, and we do not. */
  readonly keyVariable?: string;
  /** The same of the address. */
  readonly baseVariable?: string;
  /** What to look at after the import, in a sentence. */
  readonly hint?: string;
}

const service = (baseUrl: string, keyVariable?: string): KnownProvider => ({
  type: 'compatible',
  baseUrl,
  ...(keyVariable && { keyVariable }),
});

/** By the part of `litellm_params.model` before the first slash. */
export const LITELLM_PROVIDERS: Readonly<Record<string, KnownProvider>> = {
  openai: { type: 'openai' },
  azure: { type: 'azure', baseVariable: 'AZURE_API_BASE' },
  azure_ai: { type: 'compatible', keyVariable: 'AZURE_AI_API_KEY', baseVariable: 'AZURE_AI_API_BASE' },
  anthropic: { type: 'anthropic' },
  gemini: { type: 'gemini' },
  vertex_ai: {
    type: 'vertex',
    hint: "set GOOGLE_CLOUD_PROJECT, GOOGLE_CLOUD_LOCATION and GOOGLE_APPLICATION_CREDENTIALS in the gateway's environment; only Google's models and those of its OpenAI-compatible endpoint are served",
  },
  bedrock: {
    type: 'bedrock',
    hint: 'Bedrock is asked at its OpenAI-compatible endpoint, which names models in its own way (gomodel-ts models lists them); AWS_REGION and the credentials come from the environment',
  },
  openrouter: { type: 'openrouter' },
  deepseek: { type: 'deepseek' },
  groq: { type: 'groq' },
  xai: { type: 'xai' },
  mistral: { type: 'mistral' },
  ollama: { type: 'ollama', baseVariable: 'OLLAMA_API_BASE' },
  ollama_chat: { type: 'ollama', baseVariable: 'OLLAMA_API_BASE' },
  lm_studio: { type: 'lmstudio', keyVariable: 'LM_STUDIO_API_KEY', baseVariable: 'LM_STUDIO_API_BASE' },
  hosted_vllm: { type: 'vllm', keyVariable: 'HOSTED_VLLM_API_KEY', baseVariable: 'HOSTED_VLLM_API_BASE' },
  together_ai: { type: 'together', keyVariable: 'TOGETHERAI_API_KEY' },
  fireworks_ai: { type: 'fireworks', keyVariable: 'FIREWORKS_AI_API_KEY' },
  cerebras: { type: 'cerebras' },
  moonshot: { type: 'moonshot' },
  minimax: { type: 'minimax' },
  dashscope: { type: 'alibaba' },
  zai: { type: 'zai' },
  perplexity: service('https://api.perplexity.ai', 'PERPLEXITYAI_API_KEY'),
  nvidia_nim: service('https://integrate.api.nvidia.com/v1', 'NVIDIA_NIM_API_KEY'),
  deepinfra: service('https://api.deepinfra.com/v1/openai'),
  sambanova: service('https://api.sambanova.ai/v1'),
  huggingface: service('https://router.huggingface.co/v1', 'HF_TOKEN'),
  custom_openai: { type: 'compatible' },
  openai_like: { type: 'compatible' },
  litellm_proxy: {
    type: 'compatible',
    keyVariable: 'LITELLM_PROXY_API_KEY',
    baseVariable: 'LITELLM_PROXY_API_BASE',
  },
  xinference: { type: 'compatible' },
};

/** Between the provider and the model, where LiteLLM chooses one of a provider's APIs. */
const API_WORDS = /^(?:responses|chat|converse|converse_like|invoke|o_series|gpt5_series)\//;

/** The provider of a model that names none. */
const providerOfBare = (model: string): string | undefined => {
  if (model.startsWith('claude-')) return 'anthropic';
  if (model.startsWith('gemini-')) return 'vertex_ai';
  return /^(?:gpt-|chatgpt-|o\d|text-embedding-|dall-e|whisper|tts-|codex-|computer-use)/.test(model)
    ? 'openai'
    : undefined;
};

export interface SplitModel {
  /** As LiteLLM names it; undefined if nobody can say. */
  readonly provider: string | undefined;
  /** As the provider names it. */
  readonly model: string;
}

/** @param model `azure/gpt-4o`, `openai/responses/gpt-5`, `gpt-4o` */
export const splitModel = (model: string, customProvider: string | undefined): SplitModel => {
  const slash = model.indexOf('/');
  const prefix = slash > 0 ? model.slice(0, slash) : undefined;
  if (prefix !== undefined && (prefix === customProvider || Object.hasOwn(LITELLM_PROVIDERS, prefix))) {
    return { provider: prefix, model: model.slice(slash + 1).replace(API_WORDS, '') };
  }
  if (customProvider !== undefined) return { provider: customProvider, model };
  return prefix === undefined
    ? { provider: providerOfBare(model), model }
    : { provider: prefix, model: model.slice(slash + 1) };
};
