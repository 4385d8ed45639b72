import type { ProviderSpec } from './provider-spec.ts';
import { alibabaSpec } from './specs/alibaba.ts';
import { anthropicSpec } from './specs/anthropic.ts';
import { azureSpec } from './specs/azure.ts';
import { bedrockSpec } from './specs/bedrock.ts';
import { cerebrasSpec } from './specs/cerebras.ts';
import { compatibleSpec } from './specs/compatible.ts';
import { deepseekSpec } from './specs/deepseek.ts';
import { fireworksSpec } from './specs/fireworks.ts';
import { geminiSpec } from './specs/gemini.ts';
import { groqSpec } from './specs/groq.ts';
import { llamacppSpec } from './specs/llamacpp.ts';
import { lmstudioSpec } from './specs/lmstudio.ts';
import { minimaxSpec } from './specs/minimax.ts';
import { mistralSpec } from './specs/mistral.ts';
import { moonshotSpec } from './specs/moonshot.ts';
import { ollamaSpec } from './specs/ollama.ts';
import { openaiSpec } from './specs/openai.ts';
import { openrouterSpec } from './specs/openrouter.ts';
import { oracleSpec } from './specs/oracle.ts';
import { sglangSpec } from './specs/sglang.ts';
import { togetherSpec } from './specs/together.ts';
import { vertexSpec } from './specs/vertex.ts';
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
  moonshotSpec,
  minimaxSpec,
  alibabaSpec,
  fireworksSpec,
  togetherSpec,
  cerebrasSpec,
  azureSpec,
  bedrockSpec,
  vertexSpec,
  oracleSpec,
  ollamaSpec,
  lmstudioSpec,
  vllmSpec,
  llamacppSpec,
  sglangSpec,
  compatibleSpec,
];
