import { apiOfPath } from '../../sse/answer-summary.ts';

const OTHERS = /^(?:\/p\/[^/]{1,100})?(?:\/v1)*\/(completions|embeddings)\/?(?:\?|$)/;

/** What was asked of a model, as the GenAI conventions name it; undefined where no model was asked. @param path with its query */
export const operationOf = (path: string): string | undefined => {
  const api = apiOfPath(path);
  if (api) return api === 'gemini' ? 'generate_content' : 'chat';
  const other = OTHERS.exec(path.slice(0, 300))?.[1];
  return other === 'completions' ? 'text_completion' : other;
};

/** The names that the conventions give to providers; the others keep their own. */
const PROVIDERS: Readonly<Record<string, string>> = {
  chatgpt: 'openai',
  azure: 'azure.ai.openai',
  bedrock: 'aws.bedrock',
  gemini: 'gcp.gemini',
  vertex: 'gcp.vertex_ai',
  mistral: 'mistral_ai',
  moonshot: 'moonshot_ai',
  xai: 'x_ai',
};

/** @param kind of the provider, such as `vertex` */
export const providerNameOf = (kind: string): string =>
  Object.hasOwn(PROVIDERS, kind) ? (PROVIDERS[kind] as string) : kind;
