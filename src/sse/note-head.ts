import { nonEmptyString } from '../base/json-object.ts';
import type { AnswerSummary } from './answer-summary.ts';

/** Takes over the name of the model and the id of an answer, where they are told. */
export const noteHead = (
  summary: AnswerSummary,
  told: { readonly model?: unknown; readonly id?: unknown },
): void => {
  const model = nonEmptyString(told.model);
  if (model !== undefined) summary.model = model;
  const responseId = nonEmptyString(told.id);
  if (responseId !== undefined) summary.responseId = responseId;
};
