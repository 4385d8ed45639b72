import { type AnswerSummary, type Api, apiOfPath } from '../../sse/answer-summary.ts';
import { type AnswerTap, createStreamTap, isGuarded } from '../../sse/create-stream-tap.ts';
import { sniffForm, titleOf } from '../../sse/sniff-answer.ts';
import { summarizeJsonAnswer } from '../../sse/summarize-json-answer.ts';
import { idsOfAnswer, tellsIds } from '../route/stored-ids.ts';
import { createSideReader, isSidePath, summarizeSideAnswer } from './read-side-answer.ts';

/** Answers that are not streams are read when they are whole; a larger one is only counted. */
const MAX_JSON_BYTES = 64 * 2 ** 20;
/** How much of an HTML page is kept, to find its title. */
const MAX_PAGE_BYTES = 64 * 1024;
/** How many bytes are inspected to detect the form of an answer. */
const MAX_START_BYTES = 2048;

/** Reads an answer by its bytes and ignores what its content type claims. */
export interface AnswerBody {
  push(chunk: Buffer): void;
  /** Whether a chunk may end an event that clients act on: then it is admitted instead of pushed. */
  mustAdmit(chunk: Buffer): boolean;
  /** Reads a chunk before it leaves. @returns how many of its bytes may leave */
  admit(chunk: Buffer): number;
  /** Signals the end of input. */
  end(): void;
  /** Undefined unless the answer is known to be a stream. */
  tap(): AnswerTap | undefined;
  /** Undefined until enough bytes have arrived. */
  isStream(): boolean | undefined;
  /** Undefined if nothing in the answer can be read. */
  summary(): AnswerSummary | undefined;
}

export interface AnswerBodyInput {
  /** Below `/v1`. */
  readonly path: string;
  readonly status: number;
  readonly contentType: string;
}

type Reading =
  | { readonly kind: 'stream'; readonly tap: AnswerTap }
  | { readonly kind: 'side stream'; readonly reader: ReturnType<typeof createSideReader> }
  | { readonly kind: 'object' | 'page'; readonly chunks: Buffer[] }
  | { readonly kind: 'other' };

const pageSummary = (chunks: readonly Buffer[]): AnswerSummary => {
  const title = titleOf(Buffer.concat(chunks).toString('utf8', 0, MAX_START_BYTES));
  const named = title === undefined ? '' : ` titled “${title}”`;
  const message = `the upstream answered with an HTML page${named}, as a proxy or a sign-in does. Check its base URL.`;
  return { toolCalls: [], finish: 'failed', error: { code: 'upstream_answer_unreadable', message } };
};

const summarize = (body: Buffer, api: Api | undefined, path: string): AnswerSummary => {
  if (api === undefined && isSidePath(path)) return summarizeSideAnswer(body);
  const summary = summarizeJsonAnswer(body, api ?? 'responses');
  if (!tellsIds(path)) return summary;
  const { error } = summary;
  return { toolCalls: [], storedIds: idsOfAnswer(body.toString('utf8')), ...(error && { error }) };
};

export const createAnswerBody = ({ path, status, contentType }: AnswerBodyInput): AnswerBody => {
  const api = apiOfPath(path);
  const isSide = api === undefined && isSidePath(path);
  const saysStream = /^\s*text\/event-stream\b/i.test(contentType);
  const saysJson = /\bjson\b/i.test(contentType);
  const isRead = api !== undefined || isSide || (saysJson && (status >= 400 || tellsIds(path)));
  let start: Buffer[] = [];
  let startBytes = 0;
  let bytes = 0;
  let reading: Reading | undefined = isRead ? undefined : { kind: 'other' };

  const readingOf = (isLast: boolean): Reading | undefined => {
    const head = Buffer.concat(start).toString('latin1', 0, MAX_START_BYTES);
    const form = sniffForm(head, isLast || startBytes >= MAX_START_BYTES);
    if (form === undefined) return undefined;
    if (form === 'json') return { kind: 'object', chunks: [] };
    if (form === 'page')
      return status < 400 && api !== undefined ? { kind: 'page', chunks: [] } : { kind: 'other' };
    if (form === 'other' && !saysStream) return { kind: 'other' };
    if (api !== undefined) return { kind: 'stream', tap: createStreamTap(api) };
    return isSide ? { kind: 'side stream', reader: createSideReader() } : { kind: 'other' };
  };
  const read = (chunk: Buffer): void => {
    if (reading?.kind === 'stream') reading.tap.push(chunk);
    else if (reading?.kind === 'side stream') reading.reader.push(chunk);
    else if (reading?.kind === 'object' && bytes <= MAX_JSON_BYTES) reading.chunks.push(chunk);
    else if (reading?.kind === 'page' && reading.chunks.length < MAX_START_BYTES && bytes <= MAX_PAGE_BYTES) {
      reading.chunks.push(chunk);
    }
  };
  /** Detects the form of the answer from its first bytes. @returns how many bytes of the chunk may leave */
  const begin = (chunk: Buffer): number => {
    const earlier = start;
    start = [...earlier, chunk];
    startBytes += chunk.length;
    reading = readingOf(false);
    if (reading === undefined) return chunk.length;
    start = [];
    for (const one of earlier) read(one);
    if (reading.kind === 'stream') return reading.tap.admit(chunk);
    read(chunk);
    return chunk.length;
  };

  return {
    push: (chunk) => {
      bytes += chunk.length;
      if (reading === undefined) begin(chunk);
      else read(chunk);
    },
    mustAdmit: (chunk) =>
      api !== undefined &&
      isGuarded(api) &&
      (reading === undefined || (reading.kind === 'stream' && reading.tap.mustAdmit(chunk))),
    admit: (chunk) => {
      bytes += chunk.length;
      if (reading === undefined) return begin(chunk);
      if (reading.kind === 'stream') return reading.tap.admit(chunk);
      read(chunk);
      return chunk.length;
    },
    end: () => {
      if (reading === undefined) {
        reading = readingOf(true);
        for (const chunk of start.splice(0)) read(chunk);
      }
      if (reading?.kind === 'stream') reading.tap.end();
    },
    tap: () => (reading?.kind === 'stream' ? reading.tap : undefined),
    isStream: () =>
      !isRead || bytes === 0 ? undefined : reading?.kind === 'stream' || reading?.kind === 'side stream',
    summary: () => {
      if (reading?.kind === 'stream') return reading.tap.summary;
      if (reading?.kind === 'side stream') return reading.reader.summary;
      if (reading?.kind === 'page') return pageSummary(reading.chunks);
      if (reading?.kind !== 'object' || bytes > MAX_JSON_BYTES) return undefined;
      return summarize(Buffer.concat(reading.chunks), api, path);
    },
  };
};
