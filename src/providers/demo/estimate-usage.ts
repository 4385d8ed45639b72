import { createHash } from 'node:crypto';
import type { Ask } from './parse-ask.ts';

export interface DemoUsage {
  readonly inputTokens: number;
  readonly cachedTokens: number;
  readonly outputTokens: number;
  readonly reasoningTokens: number;
}

const BYTES_PER_TOKEN = 4;
// OpenAI caches a prompt's prefix from 1,024 tokens on, in steps of 128.
const SMALLEST_CACHED_PREFIX = 1024;
const CACHE_STEP = 128;
const MAX_SESSIONS = 256;
const REASONING_TOKENS: Readonly<Record<string, number>> = { low: 64, medium: 192, high: 448, xhigh: 960 };

const tokensOf = (bytes: number): number => Math.ceil(bytes / BYTES_PER_TOKEN);
const digestOf = (part: string): string => createHash('sha1').update(part).digest('base64');

/**
 * Counts tokens from sizes, and cached ones from what the same session sent before: its longest
 * common prefix with this request, in whole parts. Keeps digests only, of the latest 256 sessions.
 */
export const createUsageEstimator = (): ((ask: Ask, answerText: string) => DemoUsage) => {
  const seen = new Map<string, readonly string[]>();

  return (ask, answerText) => {
    const key = ask.sessionKey ?? '';
    const before = seen.get(key) ?? [];
    const digests = ask.parts.map(digestOf);
    seen.delete(key);
    seen.set(key, digests);
    const oldest = seen.keys().next().value;
    if (seen.size > MAX_SESSIONS && oldest !== undefined) seen.delete(oldest);

    const firstNew = digests.findIndex((digest, index) => digest !== before[index]);
    const sizes = ask.parts.map((part) => Buffer.byteLength(part));
    const sum = (values: readonly number[]): number => values.reduce((total, value) => total + value, 0);
    const prefixTokens = tokensOf(sum(sizes.slice(0, firstNew === -1 ? sizes.length : firstNew)));
    const reasoningTokens = REASONING_TOKENS[ask.effort] ?? 0;
    return {
      inputTokens: tokensOf(sum(sizes)),
      cachedTokens:
        prefixTokens < SMALLEST_CACHED_PREFIX ? 0 : Math.floor(prefixTokens / CACHE_STEP) * CACHE_STEP,
      outputTokens: tokensOf(Buffer.byteLength(answerText)) + reasoningTokens,
      reasoningTokens,
    };
  };
};
