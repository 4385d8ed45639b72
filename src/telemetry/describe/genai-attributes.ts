import type { ExchangeRecord, Usage } from '../../log/record.ts';
import { type Attributes, asFraction } from '../otlp/attributes.ts';

/** Which names of the GenAI conventions are written: those of today alone, or also those that most back ends still read. */
export type Naming = 'latest' | 'both';

/** Why an answer ended, as the conventions say it; a stream that broke has `error` (their note 18). */
const finishReasonOf = ({
  response: { finish, toolCalls },
}: ExchangeRecord): readonly string[] | undefined => {
  switch (finish) {
    case undefined:
      return undefined;
    case 'completed':
      return [toolCalls && toolCalls.length > 0 ? 'tool_call' : 'stop'];
    case 'incomplete':
      return ['length'];
    case 'failed':
    case 'truncated':
    case 'aborted':
    case 'interrupted':
      return ['error'];
  }
};

const usageAttributes = (usage: Usage, naming: Naming): Attributes => ({
  'gen_ai.usage.input_tokens': usage.inputTokens,
  'gen_ai.usage.output_tokens': usage.outputTokens,
  'gen_ai.usage.cache_read.input_tokens': usage.cachedInputTokens,
  'gen_ai.usage.cache_write.input_tokens': usage.cacheWriteTokens,
  'gen_ai.usage.reasoning.output_tokens': usage.reasoningTokens,
  // Until v1.41.
  ...(naming === 'both' && { 'gen_ai.usage.cache_creation.input_tokens': usage.cacheWriteTokens }),
});

/** Who was asked for what. */
export interface AskedModel {
  readonly operation: string;
  /** As the conventions name it. */
  readonly provider: string;
  readonly model: string | undefined;
}

export const askedAttributes = ({ operation, provider, model }: AskedModel, naming: Naming): Attributes => ({
  'gen_ai.operation.name': operation,
  'gen_ai.provider.name': provider,
  // Until v1.37.
  ...(naming === 'both' && { 'gen_ai.system': provider }),
  'gen_ai.request.model': model,
});

/** What came of it. @param usd what it cost, where somebody knows */
export const answeredAttributes = (
  record: ExchangeRecord,
  usd: number | undefined,
  naming: Naming,
): Attributes => ({
  'gen_ai.request.stream': record.stream,
  'gen_ai.request.previous_response.id': record.previousResponseId,
  'gen_ai.response.model': (record.status ?? 500) < 400 ? record.model : undefined,
  'gen_ai.response.id': record.responseId,
  'gen_ai.response.finish_reasons': finishReasonOf(record),
  'gen_ai.response.time_to_first_chunk':
    record.stream && record.ttfbMs !== undefined
      ? asFraction((record.ttfbMs - (record.sentMs ?? 0)) / 1000)
      : undefined,
  ...(record.usage && usageAttributes(record.usage, naming)),
  'openai.response.service_tier': record.serviceTier,
  'gen_ai.usage.cost': asFraction(usd),
});
