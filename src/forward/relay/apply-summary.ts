import type { ExchangeRecord, Finding } from '../../log/record.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import { isSameModel } from './is-same-model.ts';

const findingsOf = (record: ExchangeRecord, { model, isSpliced }: AnswerSummary): Finding[] => {
  const sent = record.sentModel ?? record.requestedModel;
  const isOther = model !== undefined && sent !== undefined && !isSameModel(sent, model);
  return [...(isOther ? ['other_model' as const] : []), ...(isSpliced ? ['second_generation' as const] : [])];
};

/** Who states what an answer costs states all of it, and a plan pays for all. */
const warnOfUntold = (record: ExchangeRecord, { chargedApart, statedCostUsd }: AnswerSummary): void => {
  const { provider, warnings = [] } = record;
  const isTold = statedCostUsd !== undefined || provider === 'demo' || provider === 'chatgpt';
  if (!chargedApart || isTold || warnings.some(({ code }) => code === 'unknown_cost')) return;
  const message = `${provider} charges apart for ${chargedApart.join(' and ')} and does not say how much: the cost is without it.`;
  record.warnings = [...warnings, { code: 'unknown_cost', message }];
};

/** Writes what an answer says about itself into the record. */
export const applySummary = (record: ExchangeRecord, summary: AnswerSummary): void => {
  if (summary.model !== undefined) record.model = summary.model;
  const findings = findingsOf(record, summary);
  if (findings.length > 0) record.findings = findings;
  if (summary.responseId !== undefined) record.responseId = summary.responseId;
  if (summary.usage !== undefined) record.usage = summary.usage;
  if (summary.serviceTier !== undefined) record.serviceTier = summary.serviceTier;
  if (summary.statedCostUsd !== undefined) record.statedCostUsd = summary.statedCostUsd;
  warnOfUntold(record, summary);
  if (summary.toolCalls.length > 0) record.response.toolCalls = [...summary.toolCalls];
  if (summary.scriptCalls !== undefined) record.response.scriptCalls = [...summary.scriptCalls];
  if (summary.finish !== undefined) record.response.finish = summary.finish;
  if (summary.error !== undefined) record.error ??= { origin: 'upstream', ...summary.error };
};
