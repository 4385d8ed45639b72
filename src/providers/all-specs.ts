import type { ProviderSpec } from './provider-spec.ts';
import { anthropicSpec } from './specs/anthropic.ts';
import { azureSpec } from './specs/azure.ts';
import { compatibleSpec } from './specs/compatible.ts';
import { deepseekSpec } from './specs/deepseek.ts';
import { geminiSpec } from './specs/gemini.ts';
import { groqSpec } from './specs/groq.ts';
import { lmstudioSpec } from './specs/lmstudio.ts';
import { mistralSpec } from './specs/mistral.ts';
import { ollamaSpec } from './specs/ollama.ts';
import { openaiSpec } from './specs/openai.ts';
import { openrouterSpec } from './specs/openrouter.ts';
import { oracleSpec } from './specs/oracle.ts';
import { vllmSpec } from './specs/vllm.ts';
import { xaiSpec } from './specs/xai.ts';
import { zaiSpec } from './specs/zai.ts';

/** Every kind of provider; where several are configured, the first one of this order is the default. */
export const ALL_SPECS: readonly ProviderSpec[] = [
  openaiSpec,
  anthropicSpec,
  geminiSpec,
  openrouterSpec,
  deepseekSpec,
  groqSpec,
  xaiSpec,
  zaiSpec,
  mistralSpec,
  azureSpec,
  oracleSpec,
  ollamaSpec,
  lmstudioSpec,
  vllmSpec,
  compatibleSpec,
];
