import { scanMembers } from '../../json/scan-members.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import { summarizeJsonAnswer } from '../../sse/summarize-json-answer.ts';

const OPEN_OBJECT = 0x7b;

/** What an upstream's refusal says: for the record, and as the `error` object of a frame. */
export interface RefusedAnswer {
  readonly told: NonNullable<AnswerSummary['error']>;
  /** JSON: the upstream's own words where it speaks in the form of the API. */
  readonly error: string;
}

/** @param body of an HTTP answer with an error status, as far as it was read */
export const readRefusedAnswer = (status: number, body: Buffer): RefusedAnswer => {
  const told = summarizeJsonAnswer(body, 'responses').error ?? {
    code: `http_${status}`,
    message: body.toString('utf8').trim().slice(0, 1000) || `the upstream answered ${status}`,
  };
  const own = scanMembers(body)?.get('error');
  if (own && body[own.start] === OPEN_OBJECT)
    return { told, error: body.toString('utf8', own.start, own.end) };
  return { told, error: JSON.stringify({ type: 'provider_error', ...told, param: null }) };
};
