import type { ExchangeRecord } from '../../log/record.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';

/** Writes what an answer says about itself into the record. */
export const applySummary = (record: ExchangeRecord, summary: AnswerSummary): void => {
  if (summary.model !== undefined) record.model = summary.model;
  if (summary.responseId !== undefined) record.responseId = summary.responseId;
  if (summary.usage !== undefined) record.usage = summary.usage;
  if (summary.statedCostUsd !== undefined) record.statedCostUsd = summary.statedCostUsd;
  if (summary.toolCalls.length > 0) record.response.toolCalls = [...summary.toolCalls];
  if (summary.finish !== undefined) record.response.finish = summary.finish;
  if (summary.error !== undefined) record.error ??= { origin: 'upstream', ...summary.error };
};
