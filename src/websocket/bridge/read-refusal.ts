import type { UpstreamAnswer } from '../../forward/relay/upstream-answer.ts';
import { scanMembers } from '../../json/scan-members.ts';
import type { AnswerSummary } from '../../sse/answer-summary.ts';
import { summarizeJsonAnswer } from '../../sse/summarize-json-answer.ts';

/** Of a refusal, more is not read. */
const MAX_BYTES = 2 ** 20;
const MAX_MESSAGE = 1000;
const OPEN_OBJECT = 0x7b;

/**
 * Reads the body of an HTTP answer with an error status, as far as it comes.
 * @param see gets each chunk, and how many bytes there are by now
 * @param done is called once
 */
export const readRefusal = (
  response: UpstreamAnswer,
  see: (chunk: Buffer, bytes: number) => void,
  done: (body: Buffer) => void,
): void => {
  const chunks: Buffer[] = [];
  let bytes = 0;
  let isDone = false;
  const finish = (): void => {
    if (isDone) return;
    isDone = true;
    done(Buffer.concat(chunks));
    response.destroy();
  };
  response.on('data', (chunk: Buffer) => {
    if (isDone) return;
    chunks.push(chunk);
    bytes += chunk.length;
    see(chunk, bytes);
    if (bytes > MAX_BYTES) finish();
  });
  for (const event of ['end', 'error', 'close']) response.once(event, finish);
};

/** What an upstream's refusal says: for the record, and as the `error` object of a frame. */
export interface Refusal {
  readonly told: NonNullable<AnswerSummary['error']>;
  /** JSON: the upstream's own words where it speaks in the form of the API. */
  readonly error: string;
}

export const mapRefusal = (status: number, body: Buffer): Refusal => {
  const told = summarizeJsonAnswer(body, 'responses').error ?? {
    code: `http_${status}`,
    message: body.toString('utf8').trim().slice(0, MAX_MESSAGE) || `the upstream answered ${status}`,
  };
  const own = scanMembers(body)?.get('error');
  const isOwn = own !== undefined && body[own.start] === OPEN_OBJECT;
  return {
    told,
    error: isOwn
      ? body.toString('utf8', own.start, own.end)
      : JSON.stringify({ type: 'provider_error', ...told, param: null }),
  };
};
