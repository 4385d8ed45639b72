import type { Clock } from '../base/time/clock.ts';
import { readWaitInWords, readWaitOfBody } from '../base/time/read-wait.ts';
import { type AnswerForm, sniffForm, titleOf } from '../sse/sniff-answer.ts';
import type { AnswerReader } from './answer-sink.ts';
import {
  type AnswerWriter,
  EVENT_STREAM,
  emptyAnswer,
  JSON_TYPE,
  SOME_PROVIDER,
  UNREADABLE_ANSWER,
} from './answer-writer.ts';
import { boundAnswer } from './bound-answer.ts';
import type { WriteError } from './client-request.ts';
import { CONTEXT_OVERFLOW } from './context-overflow.ts';
import { writeErrorEnvelope } from './error-envelope.ts';
import { errorStatus, failureStatus } from './failure-status.ts';
import { createPatientSink } from './patient-sink.ts';
import type { AnswerTranslation, DialectSpec } from './translation.ts';

/** Enough for any error that is meant to be read; a proxy's page may be longer. */
const MAX_ERROR_BYTES = 256 * 1024;
const MAX_QUOTED = 200;
const TOO_MANY_REQUESTS = 429;
const NOTHING = Buffer.alloc(0);

interface AnswerContext {
  readonly spec: DialectSpec;
  readonly createWriter: () => AnswerWriter;
  readonly clock: Clock;
  /** OpenAI's envelope, unless the client knows another. */
  readonly writeError?: WriteError;
  /** Whether a client that asked for a stream is told within one that its conversation is too long. */
  readonly failsInStream?: boolean;
}

/** A stream that tells of nothing but a failure. */
const writeFailedStream = (writer: AnswerWriter, message: string): Buffer => {
  writer.sink.fail({ code: CONTEXT_OVERFLOW, message });
  return Buffer.from(writer.take() + writer.end());
};

/**
 * An answer with a status of 400 or more: read when it is whole, written as the client's API has it. A conversation
 * that is too long is a 400 whatever its provider says, and within a stream of Responses an event, as OpenAI tells it:
 * Codex makes the conversation shorter after that alone.
 */
const translateError = (
  upstreamStatus: number,
  { spec, createWriter, writeError = writeErrorEnvelope, failsInStream = false }: AnswerContext,
): AnswerTranslation => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  let status = upstreamStatus;
  let contentType: string | undefined;
  let retryAfterMs: number | undefined;
  const end = (): Buffer => {
    const body = Buffer.concat(chunks);
    const error = spec.readError(status, body);
    status = errorStatus(status, error.code);
    if (error.code === CONTEXT_OVERFLOW && status !== TOO_MANY_REQUESTS) {
      status = failureStatus(CONTEXT_OVERFLOW);
      const writer = failsInStream ? createWriter() : undefined;
      if (writer?.contentType === EVENT_STREAM) {
        status = 200;
        contentType = EVENT_STREAM;
        return writeFailedStream(writer, error.message);
      }
    }
    retryAfterMs =
      error.retryAfterSeconds === undefined
        ? readWaitOfBody(body.toString('utf8'))
        : error.retryAfterSeconds * 1000;
    return Buffer.from(writeError(status, error));
  };
  return {
    contentType: JSON_TYPE,
    push: (chunk) => {
      if (bytes < MAX_ERROR_BYTES) chunks.push(chunk);
      bytes += chunk.length;
      return NOTHING;
    },
    end,
    whole: {
      result: () => ({ status, retryAfterMs, ...(contentType !== undefined && { contentType }) }),
      breakOff: end,
    },
  };
};

const isEventStream = (contentType: string): boolean => /^\s*text\/event-stream\b/i.test(contentType);

/** Reads an answer by what its bytes are, since servers send streams under any content type. */
const createSniffingReader = (
  create: (isStream: boolean) => AnswerReader,
  contentType: string,
  refuse: (form: AnswerForm, text: string) => void,
) => {
  const held: Buffer[] = [];
  let reader: AnswerReader | undefined;
  let form: AnswerForm | undefined;

  const decide = (isLast: boolean): void => {
    const start = Buffer.concat(held);
    const found = sniffForm(start.toString('latin1', 0, MAX_QUOTED * 10), isLast);
    if (found === undefined) return;
    form = found === 'other' && isEventStream(contentType) ? 'events' : found;
    if (form === 'page' || form === 'other') {
      refuse(form, start.toString('utf8', 0, MAX_QUOTED * 10));
      return;
    }
    reader = create(form === 'events');
    reader.push(start);
  };
  return {
    form: () => form,
    push: (chunk: Uint8Array): void => {
      if (form !== undefined) {
        reader?.push(chunk);
        return;
      }
      held.push(Buffer.from(chunk));
      decide(false);
    },
    end: (): void => {
      if (form === undefined) decide(true);
      reader?.end();
    },
  };
};

const unreadable = (upstream: string, form: AnswerForm, text: string): { code: string; message: string } => {
  const { code } = UNREADABLE_ANSWER;
  const title = titleOf(text);
  if (form === 'page') {
    const named = title === undefined ? '' : ` titled “${title}”`;
    const message = `gomodel-ts: ${upstream} answered with an HTML page${named}, as a proxy or a sign-in does. Check its base URL.`;
    return { code, message };
  }
  const words = text.trim().replace(/\s+/g, ' ').slice(0, MAX_QUOTED);
  if (words === '') return emptyAnswer(upstream);
  return {
    code,
    message: `gomodel-ts: ${upstream} sent an answer that does not follow its API: ${words}`,
  };
};

/**
 * Reads a provider's answer by its own form and writes it in the form that the client asked for, whichever
 * of stream and object either of them is.
 */
export const translateAnswer = (
  context: AnswerContext,
  status: number,
  contentType: string,
  upstream = SOME_PROVIDER,
): AnswerTranslation => {
  const { spec, createWriter, clock, writeError = writeErrorEnvelope } = context;
  if (status >= 400) return translateError(status, context);
  const writer = createWriter();
  const patient = createPatientSink(writer.sink, clock);
  const { isOver, wroteNow } = patient;
  const { sink, takes } = boundAnswer(patient.sink);
  const reader = createSniffingReader(
    (isStream) => spec.createReader(sink, isStream, upstream),
    contentType,
    (form, text) => sink.fail(unreadable(upstream, form, text)),
  );

  /** A provider's answer can be of any form. What it breaks must be this answer, and not the gateway. */
  const read = (step: () => void): void => {
    try {
      step();
    } catch (cause) {
      const why = cause instanceof Error ? ` (${cause.message})` : '';
      sink.fail({ ...UNREADABLE_ANSWER, message: UNREADABLE_ANSWER.message + why });
    }
  };
  const take = (): Buffer => {
    const text = writer.take();
    if (text !== '') wroteNow();
    return Buffer.from(text);
  };

  let retryAfterMs: number | undefined;
  let sentStatus = status;
  /** An object that tells of a failure gets the status that goes with it. */
  const finishObject = (): Buffer => {
    const body = writer.end();
    const failure = writer.failure?.();
    if (failure === undefined) return Buffer.from(body);
    sentStatus = failureStatus(failure.code);
    retryAfterMs = readWaitInWords(failure.message);
    return Buffer.from(writeError(sentStatus, { ...failure, type: 'provider_error' }));
  };
  const isStream = writer.contentType === EVENT_STREAM;

  return {
    contentType: writer.contentType,
    push: (chunk) => {
      if (isOver()) return NOTHING;
      if (takes(chunk.length)) read(() => reader.push(chunk));
      return take();
    },
    end: () => {
      if (!isOver()) read(reader.end);
      // A stream without a last word was cut off; an object without one is of another API.
      if (!isOver() && reader.form() !== 'events') {
        read(() => sink.fail({ ...UNREADABLE_ANSWER }));
      }
      return isStream ? Buffer.concat([take(), Buffer.from(writer.end())]) : finishObject();
    },
    isOver: () => isStream && isOver(),
    ...(!isStream && {
      whole: {
        result: () => ({ status: sentStatus, retryAfterMs }),
        breakOff: () => {
          if (!isOver()) sink.fail(UNREADABLE_ANSWER);
          return finishObject();
        },
      },
    }),
  };
};
