import type { Attempt, ExchangeRecord, Usage } from '../log/record.ts';
import { isFailure } from '../log/record.ts';
import type { Instruments } from './instruments.ts';
import type { EndedLabels, Labeller } from './label-exchange.ts';

/** Who paid for an exchange, and how much. */
export interface Paid {
  readonly by: 'tokens' | 'plan';
  readonly usd: number;
}

/** Each token under one kind, so that the kinds add up to all of them. */
const tokensOf = (usage: Usage): Readonly<Record<string, number>> => {
  const input = usage.inputTokens ?? 0;
  const cached = Math.min(usage.cachedInputTokens ?? 0, input);
  const written = Math.min(usage.cacheWriteTokens ?? 0, input - cached);
  const output = usage.outputTokens ?? 0;
  const reasoning = Math.min(usage.reasoningTokens ?? 0, output);
  return {
    input: input - cached - written,
    cached_input: cached,
    cache_write: written,
    output: output - reasoning,
    reasoning,
  };
};

/** A record lists its tries only where there was more than one. */
const attemptsOf = ({ attempts, upstream, provider, status }: ExchangeRecord): readonly Attempt[] => {
  if (attempts) return attempts;
  if (upstream === undefined || provider === undefined) return [];
  return [{ provider, ...(status !== undefined && { status }), durationMs: 0 }];
};

const outcomeOf = ({ status }: Attempt): string => {
  if (status === undefined) return 'no_answer';
  return status < 400 ? 'answered' : 'refused';
};

/** Providers often name no code: then their status says more. */
const codeOf = ({ error, status, response }: ExchangeRecord): string => {
  if (error && error.code !== 'unknown') return error.code;
  return status !== undefined && status >= 400 ? `http_${status}` : (response.finish ?? 'failed');
};

const addTokens = ({ tokens }: Instruments, { provider, model }: EndedLabels, usage: Usage): void => {
  for (const [kind, count] of Object.entries(tokensOf(usage))) {
    if (count > 0) tokens.inc({ provider, model, kind }, count);
  }
};

/** Counts one exchange that has ended. Probes, by which clients look whether the gateway is there, count nowhere. */
export const countExchange = (
  record: ExchangeRecord,
  instruments: Instruments,
  labeller: Labeller,
): EndedLabels | undefined => {
  if (record.probe) return undefined;
  const labels = labeller.ended(record);
  const hasFailed = isFailure(record);
  instruments.requests.inc({
    ...labels,
    status_code: record.status === undefined ? 'network_error' : String(record.status),
    status_type: hasFailed ? 'error' : 'success',
  });
  if (record.durationMs !== undefined) instruments.duration.observe({ ...labels }, record.durationMs / 1000);
  if (record.ttfbMs !== undefined) instruments.firstByte.observe({ ...labels }, record.ttfbMs / 1000);
  if (record.overheadMs !== undefined) {
    instruments.overhead.observe({ endpoint: labels.endpoint }, record.overheadMs / 1000);
  }
  if (record.usage) addTokens(instruments, labels, record.usage);
  const { provider, model } = labels;
  if (record.usage?.webSearches) instruments.webSearches.inc({ provider, model }, record.usage.webSearches);
  for (const attempt of attemptsOf(record)) {
    const provider = labeller.running({ ...record, provider: attempt.provider }).provider;
    instruments.attempts.inc({ provider, outcome: outcomeOf(attempt) });
  }
  if (hasFailed) {
    instruments.failures.inc({
      origin: record.error?.origin ?? 'upstream',
      code: labeller.code(codeOf(record)),
    });
  }
  if (record.response.finish === 'interrupted') instruments.interrupted.inc();
  return labels;
};
