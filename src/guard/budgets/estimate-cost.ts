import type { Usage } from '../../log/record.ts';
import { nanoOf } from './ledger-counters.ts';
import type { Estimate } from './ledger-port.ts';

/** USD for a million tokens. */
export interface TokenRates {
  readonly input: number;
  readonly cachedInput: number;
  readonly output: number;
  /** USD for a thousand. */
  readonly fees?: { readonly webSearch?: number };
  readonly request?: number;
}

export interface Estimated {
  /** The session, or else the key: whose last turn says how much of the input is cached. */
  readonly conversation: string;
  /** Whose outputs say how long the next one may be. */
  readonly keyAndModel: string;
  /** Of the request's body, decoded; of a body that continues a response, of what is new. */
  readonly bodyBytes: number;
  /** True where the body continues a response instead of repeating the conversation. */
  readonly isContinuation: boolean;
  /** What the request itself allows. */
  readonly maxOutputTokens: number | undefined;
}

/** What a request may use before anything is known of its conversation: 3 bytes of JSON for a token. */
export const BYTES_PER_TOKEN = 3;
/** How long an answer may be before anything is known of its key and model. */
export const FIRST_OUTPUT_TOKENS = 2_000;

const MAX_CONVERSATIONS = 4_096;
const MAX_OUTPUTS = 64;

interface LastTurn {
  readonly bodyBytes: number;
  readonly isContinuation: boolean;
  readonly inputTokens: number;
  readonly cachedTokens: number;
}

/** Keeps the entries that were used last. */
const createRecent = <Value>(most: number) => {
  const entries = new Map<string, Value>();
  return {
    get: (key: string): Value | undefined => entries.get(key),
    set: (key: string, value: Value): void => {
      entries.delete(key);
      entries.set(key, value);
      if (entries.size > most) entries.delete(entries.keys().next().value ?? '');
    },
  };
};

const p95 = (values: readonly number[]): number =>
  [...values].sort((one, other) => one - other)[Math.ceil(values.length * 0.95) - 1] ?? 0;

/** Estimates what a request will use, from its size and from earlier requests. */
export interface Estimator {
  /** @param ratesFor absent where nobody pays for tokens, or the price is not known */
  estimate(of: Estimated, ratesFor: ((inputTokens: number) => TokenRates) | undefined): Estimate;
  /** Learns from what a request really used. */
  learn(of: Estimated, usage: Usage): void;
}

/** What the last requests had of something, and its 95th percentile, found when one is added: a request waits for nothing. */
interface Seen {
  readonly last: number[];
  likely: number;
}

interface Outputs {
  readonly tokens: Seen;
  readonly searches: Seen;
}

const addSeen = (seen: Seen, count: number): void => {
  seen.last.push(count);
  if (seen.last.length > MAX_OUTPUTS) seen.last.shift();
  seen.likely = p95(seen.last);
};
const noneSeen = (): Seen => ({ last: [], likely: 0 });

export const createEstimator = (): Estimator => {
  const turns = createRecent<LastTurn>(MAX_CONVERSATIONS);
  const outputs = createRecent<Outputs>(MAX_CONVERSATIONS);

  const inputOf = ({ conversation, bodyBytes, isContinuation }: Estimated) => {
    const last = turns.get(conversation);
    const bySize = Math.ceil(bodyBytes / BYTES_PER_TOKEN);
    if (!last) return { tokens: bySize, cached: 0 };
    // What a response is continued from is input as well, though it is not in the body.
    if (isContinuation) return { tokens: last.inputTokens + bySize, cached: last.inputTokens };
    const isLike = !last.isContinuation && last.bodyBytes > 0;
    const tokens = isLike ? Math.ceil((bodyBytes * last.inputTokens) / last.bodyBytes) : bySize;
    const share = last.inputTokens > 0 ? last.cachedTokens / last.inputTokens : 0;
    return { tokens, cached: Math.floor(Math.min(tokens, last.inputTokens) * share) };
  };

  return {
    estimate: (of, ratesFor) => {
      const { tokens, cached } = inputOf(of);
      const known = outputs.get(of.keyAndModel);
      const likely = known?.tokens.likely ?? FIRST_OUTPUT_TOKENS;
      const output = Math.min(likely, of.maxOutputTokens ?? likely);
      const rates = ratesFor?.(tokens);
      const inputUsd = rates ? ((tokens - cached) * rates.input + cached * rates.cachedInput) / 1e6 : 0;
      const searches = (known?.searches.likely ?? 0) * (rates?.fees?.webSearch ?? 0);
      const outputUsd = rates ? (output * rates.output) / 1e6 + searches / 1e3 : 0;
      return {
        input: { nanoUsd: nanoOf(inputUsd + (rates?.request ?? 0) / 1e3), tokens },
        output: { nanoUsd: nanoOf(outputUsd), tokens: output },
      };
    },
    learn: ({ conversation, keyAndModel, bodyBytes, isContinuation }, usage) => {
      const { inputTokens, cachedInputTokens = 0, outputTokens } = usage;
      if (inputTokens !== undefined) {
        turns.set(conversation, { bodyBytes, isContinuation, inputTokens, cachedTokens: cachedInputTokens });
      }
      if (outputTokens === undefined) return;
      const known = outputs.get(keyAndModel) ?? { tokens: noneSeen(), searches: noneSeen() };
      addSeen(known.tokens, outputTokens);
      addSeen(known.searches, usage.webSearches ?? 0);
      outputs.set(keyAndModel, known);
    },
  };
};
