import { isObject, parseJson } from '../../base/json-object.ts';
import { decodeMessage } from '../otlp/decode-message.ts';
import { EXPORT_ANSWER } from '../otlp/messages.ts';

const REJECTED = ['rejected', 'rejectedSpans', 'rejectedLogRecords', 'rejectedDataPoints'];

const decode = (body: Buffer): unknown => {
  try {
    return decodeMessage(EXPORT_ANSWER, body);
  } catch {
    return undefined;
  }
};

/**
 * How many items a collector took and could do nothing with. An answer that cannot be read says nothing: it was a
 * success all the same.
 */
export const readPartialSuccess = (
  body: Buffer,
  contentType = '',
): { readonly rejected: number; readonly why?: string } => {
  const answer = contentType.startsWith('application/json') ? parseJson(body.toString()) : decode(body);
  const partial = isObject(answer) ? answer.partialSuccess : undefined;
  if (!isObject(partial)) return { rejected: 0 };
  const rejected = Number(REJECTED.map((name) => partial[name]).find((value) => value !== undefined) ?? 0);
  const { errorMessage: why } = partial;
  return {
    rejected: Number.isSafeInteger(rejected) && rejected > 0 ? rejected : 0,
    ...(typeof why === 'string' && why !== '' && { why: why.slice(0, 200) }),
  };
};
