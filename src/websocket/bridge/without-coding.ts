import { decodeByStart } from '../../coding/decode-by-start.ts';
import { codingsOf } from '../../forward/relay/undo-coding.ts';
import type { UpstreamAnswer } from '../../forward/relay/upstream-answer.ts';

/** Of an answer that is decoded whole. */
const MAX_DECODED_BYTES = 64 * 2 ** 20;

/** An answer without its content coding, which frames cannot have; it was asked for without one. */
export const withoutCoding = (answer: UpstreamAnswer): UpstreamAnswer => {
  const codings = codingsOf(answer.headers['content-encoding']);
  if (codings?.length === 0) return answer;
  const decoder = decodeByStart(codings, MAX_DECODED_BYTES);
  answer.once('error', (error) => decoder.destroy(error));
  answer.once('close', () => {
    if (!answer.complete) decoder.destroy();
  });
  decoder.once('close', () => answer.destroy());
  const { statusCode, statusMessage, headers, rawHeaders } = answer;
  const decoded = Object.assign(answer.pipe(decoder), {
    statusCode,
    statusMessage,
    headers,
    rawHeaders,
    complete: false,
  });
  answer.once('end', () => {
    decoded.complete = answer.complete;
  });
  return decoded;
};
