import { type ExchangeRecord, isFailure } from '../../log/record.ts';
import { type Attributes, asSeconds, nanosOf, toKeyValues } from '../otlp/attributes.ts';
import { type DescribeDeps, errorTypeOf, exchangeAttributes } from './describe-spans.ts';
import { answeredAttributes, askedAttributes } from './genai-attributes.ts';
import { operationOf, providerNameOf } from './operation.ts';
import { tracePlaceOf } from './trace-ids.ts';

const INFO = 9;
const ERROR = 17;

const sentenceOf = ({ method, path, status, model, provider, durationMs, error }: ExchangeRecord): string =>
  [
    `${method} ${path.split('?', 1)[0]}`,
    model,
    provider && `at ${provider}`,
    status ?? 'no answer',
    durationMs !== undefined && `in ${(durationMs / 1000).toFixed(1)} s`,
    error && `${error.code}: ${error.message}`,
  ]
    .filter(Boolean)
    .join(' ')
    .slice(0, 2_000);

/**
 * An exchange that has ended as one log record.
 * @param usd what it cost, where somebody knows
 * @param content what was asked and answered, where that is wanted
 */
export const describeLog = (
  record: ExchangeRecord,
  usd: number | undefined,
  content: Attributes,
  { naming, kindOf }: DescribeDeps,
): object => {
  const { traceId, spanId } = tracePlaceOf(record);
  const operation = operationOf(record.path);
  const endMs = Date.parse(record.startedAt) + (record.durationMs ?? 0);
  const model = record.requestedModel ?? record.model;
  const provider = providerNameOf(kindOf(record.provider ?? ''));
  const hasFailed = isFailure(record);
  return {
    timeUnixNano: nanosOf(endMs),
    observedTimeUnixNano: nanosOf(endMs),
    severityNumber: hasFailed ? ERROR : INFO,
    severityText: hasFailed ? 'ERROR' : 'INFO',
    eventName: 'gomodel.exchange',
    body: { stringValue: sentenceOf(record) },
    attributes: toKeyValues({
      // For who reads events by an attribute, as they were before they had a field.
      'event.name': 'gomodel.exchange',
      ...exchangeAttributes(record),
      'gomodel.provider': record.provider,
      'http.request.method': record.method,
      'url.path': record.path.split('?', 1)[0],
      'http.response.status_code': record.status,
      'error.type': errorTypeOf(record),
      ...(operation !== undefined && {
        ...askedAttributes({ operation, provider, model }, naming),
        ...answeredAttributes(record, usd, naming),
      }),
      ...content,
      'gomodel.duration': asSeconds(record.durationMs),
    }),
    traceId,
    spanId,
  };
};
