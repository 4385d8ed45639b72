/** Providers that Codex has built in; it refuses a block under such an id. */
export const RESERVED_IDS: readonly string[] = ['openai', 'ollama', 'lmstudio', 'amazon-bedrock'];
