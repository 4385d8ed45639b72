import { Readable } from 'node:stream';
import { cutForeignText, decodeForeignText, foreignWords } from '../../base/foreign-text.ts';
import { readWaitOfBody, readWaitOfHeaders } from '../../base/time/read-wait.ts';
import { summarizeJsonAnswer } from '../../sse/summarize-json-answer.ts';
import type { UpstreamAnswer } from '../relay/upstream-answer.ts';
import { AttemptFailure } from './attempt-failure.ts';

/** Of an error that is not passed on, no more is read. */
const MAX_BYTES = 64 * 1024;
const MAX_READ_MS = 2_000;
const MAX_MESSAGE = 300;

/** Whether the same request may fare better another time, or elsewhere. */
export const isPassing = (status: number): boolean => status === 408 || status === 429 || status >= 500;

interface Start {
  readonly body: Buffer;
  readonly isWhole: boolean;
}

const readStart = (answer: UpstreamAnswer): Promise<Start> =>
  new Promise((resolve) => {
    const chunks: Buffer[] = [];
    let bytes = 0;
    const done = (isWhole: boolean): void => {
      clearTimeout(timer);
      resolve({ body: Buffer.concat(chunks), isWhole });
      answer.destroy();
    };
    const timer = setTimeout(() => done(false), MAX_READ_MS);
    answer.on('data', (chunk: Buffer) => {
      chunks.push(chunk);
      bytes += chunk.length;
      if (bytes > MAX_BYTES) done(false);
    });
    answer.once('end', () => done(answer.complete));
    answer.once('error', () => done(false));
    answer.once('close', () => done(false));
  });

/** The answer once more, after it was read. */
const replay = (answer: UpstreamAnswer, body: Buffer): UpstreamAnswer => {
  const { statusCode, statusMessage, headers, rawHeaders, ownLines = [] } = answer;
  const again = Readable.from([body], { objectMode: false });
  return Object.assign(again, { statusCode, statusMessage, headers, rawHeaders, ownLines, complete: true });
};

/** An answer with an error status, as a failed attempt. */
export const readFailedAnswer = async (answer: UpstreamAnswer, nowMs: number): Promise<AttemptFailure> => {
  const status = answer.statusCode ?? 502;
  const { body, isWhole } = await readStart(answer);
  const said = summarizeJsonAnswer(body, 'responses').error;
  const text = cutForeignText(said?.message ?? foreignWords(decodeForeignText(body), MAX_MESSAGE));
  const wait = readWaitOfHeaders(answer.headers, nowMs) ?? readWaitOfBody(body.toString('utf8'));
  return new AttemptFailure({
    message: cutForeignText(text, MAX_MESSAGE) || 'without a word',
    origin: 'upstream',
    code: said?.code ?? `http_${status}`,
    status,
    mayRepeat: true,
    isOutage: status !== 429,
    ...(wait !== undefined && { retryAfterMs: wait }),
    ...(isWhole && { told: replay(answer, body) }),
  });
};
