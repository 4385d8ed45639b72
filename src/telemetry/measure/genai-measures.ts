import { createBoundedValues, OTHER } from '../../base/bound-values.ts';
import type { ExchangeRecord } from '../../log/record.ts';
import { type DescribeDeps, errorTypeOf } from '../describe/describe-spans.ts';
import { askedAttributes } from '../describe/genai-attributes.ts';
import { operationOf, providerNameOf } from '../describe/operation.ts';
import type { Attributes } from '../otlp/attributes.ts';
import { createHistogram, createSum, type Measure } from './measures.ts';

const SECONDS = [0.01, 0.02, 0.04, 0.08, 0.16, 0.32, 0.64, 1.28, 2.56, 5.12, 10.24, 20.48, 40.96, 81.92];
const TOKENS = Array.from({ length: 14 }, (_, index) => 4 ** index);
const TOKEN = '{token}';

/** Names that were only asked for take nobody's room, and no client fills a collector with series. */
const MAX_MODELS = 200;
const MAX_SERIES = 1_000;

const histogram = (name: string, description: string, unit = 's', bounds = SECONDS): Measure =>
  createHistogram({ name, unit, description }, bounds);
const tokens = (name: string, description: string): Measure =>
  createSum({ name: `gen_ai.client.inference.usage.${name}`, unit: TOKEN, description }, true);

export interface GenaiMeasures {
  /** @param usd what it cost, where somebody knows */
  add(record: ExchangeRecord, usd: number | undefined): void;
  /** In the form of OTLP's JSON. */
  describe(times: { readonly startMs: number; readonly nowMs: number }): readonly object[];
}

/** Counts exchanges under the names of the GenAI conventions; never by session, key or user. */
export const createGenaiMeasures = ({ naming, kindOf }: DescribeDeps): GenaiMeasures => {
  const models = createBoundedValues(MAX_MODELS);
  const answered = createBoundedValues(MAX_MODELS);
  const combinations = createBoundedValues(MAX_SERIES);
  const duration = histogram('gen_ai.client.inference.duration', 'How long a request to a model took.');
  const firstChunk = histogram(
    'gen_ai.client.inference.time_to_first_chunk',
    'From the request to the first part of a stream.',
  );
  const input = tokens('input_tokens', 'Tokens of input.');
  const output = tokens('output_tokens', 'Tokens of output.');
  const cacheRead = tokens('cache_read.input_tokens', 'Tokens of input that came from a cache.');
  const cacheWrite = tokens('cache_write.input_tokens', 'Tokens of input that were written to a cache.');
  const reasoning = tokens('reasoning.output_tokens', 'Tokens of output that were reasoning.');
  const cost = createSum(
    { name: 'gomodel.cost', unit: '{USD}', description: 'What was spent, by list price.' },
    false,
  );
  const isBoth = naming === 'both';
  const oldDuration = histogram('gen_ai.client.operation.duration', 'How long a request to a model took.');
  const oldUsage = histogram('gen_ai.client.token.usage', 'Tokens of a request.', TOKEN, TOKENS);

  const attributesOf = (record: ExchangeRecord, operation: string): Attributes => {
    const isAnswered = (record.status ?? 500) < 400;
    const asked = record.sentModel ?? record.requestedModel ?? record.model;
    const model = asked && (isAnswered ? models.take(asked) : models.find(asked));
    const provider = providerNameOf(kindOf(record.provider ?? ''));
    const all: Attributes = {
      ...askedAttributes({ operation, provider, model }, naming),
      'gen_ai.response.model': isAnswered && record.model ? answered.take(record.model) : undefined,
      'error.type': errorTypeOf(record),
    };
    const hasRoom = combinations.take(Object.values(all).join(' ')) !== OTHER;
    return hasRoom ? all : askedAttributes({ operation, provider, model: OTHER }, naming);
  };

  const addTokens = (attributes: Attributes, { usage = {} }: ExchangeRecord): void => {
    const counted = [
      [input, usage.inputTokens],
      [output, usage.outputTokens],
      [cacheRead, usage.cachedInputTokens],
      [cacheWrite, usage.cacheWriteTokens],
      [reasoning, usage.reasoningTokens],
    ] as const;
    for (const [measure, count] of counted) if (count) measure.add(attributes, count);
    if (!isBoth) return;
    for (const [kind, count] of Object.entries({ input: usage.inputTokens, output: usage.outputTokens })) {
      if (count !== undefined) oldUsage.add({ ...attributes, 'gen_ai.token.type': kind }, count);
    }
  };

  return {
    add: (record, usd) => {
      const operation = operationOf(record.path);
      if (operation === undefined || record.sentMs === undefined) return;
      const attributes = attributesOf(record, operation);
      const { durationMs = 0, sentMs, ttfbMs, stream } = record;
      const seconds = (durationMs - sentMs) / 1000;
      duration.add(attributes, seconds);
      if (isBoth) oldDuration.add(attributes, seconds);
      if (stream && ttfbMs !== undefined) firstChunk.add(attributes, (ttfbMs - sentMs) / 1000);
      addTokens(attributes, record);
      if (usd) cost.add(attributes, usd);
    },
    describe: (times) =>
      [duration, firstChunk, input, output, cacheRead, cacheWrite, reasoning, cost, oldDuration, oldUsage]
        .map((measure) => measure.describe(times))
        .filter((metric) => metric !== undefined),
  };
};
