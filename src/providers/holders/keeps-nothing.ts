import type { Upstream } from '../upstream.ts';

/** Those that have no API for files, by their usual names; of others it is not known. */
const WITHOUT_FILES: ReadonlySet<string> = new Set([
  'bedrock',
  'cerebras',
  'deepseek',
  'gemini',
  'llamacpp',
  'lmstudio',
  'minimax',
  'ollama',
  'openrouter',
  'oracle',
  'sglang',
  'vertex',
  'vllm',
]);

/**
 * Whether a provider cannot hold what a request names.
 * @param isAnthropic whether the request is one of Anthropic's API, whose files and batches have the same paths
 */
export const keepsNothing = ({ name, dialect, native }: Upstream, isAnthropic: boolean): boolean => {
  const isMaker = dialect === 'anthropic' && native.includes('messages');
  return isMaker !== isAnthropic || WITHOUT_FILES.has(name);
};
