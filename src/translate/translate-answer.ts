import { type AnswerWriter, JSON_TYPE, UNREADABLE_ANSWER } from './answer-writer.ts';
import { boundAnswer } from './bound-answer.ts';
import { writeErrorEnvelope } from './error-envelope.ts';
import type { AnswerTranslation, DialectSpec } from './translation.ts';

/** Enough for any error that is meant to be read; a proxy's page may be longer. */
const MAX_ERROR_BYTES = 256 * 1024;

/** An answer with a status of 400 or more: read when it is whole, written as OpenAI's envelope. */
const translateError = (status: number, spec: DialectSpec): AnswerTranslation => {
  const chunks: Uint8Array[] = [];
  let bytes = 0;
  return {
    contentType: JSON_TYPE,
    push: (chunk) => {
      if (bytes < MAX_ERROR_BYTES) chunks.push(chunk);
      bytes += chunk.length;
      return Buffer.alloc(0);
    },
    end: () => Buffer.from(writeErrorEnvelope(status, spec.readError(status, Buffer.concat(chunks)))),
  };
};

const isEventStream = (contentType: string): boolean => /^\s*text\/event-stream\b/i.test(contentType);

/**
 * Reads a provider's answer by its own content type and writes it in the form that the client asked for,
 * whichever of stream and object either of them is.
 */
export const translateAnswer = (
  { spec, createWriter }: { readonly spec: DialectSpec; readonly createWriter: () => AnswerWriter },
  status: number,
  contentType: string,
): AnswerTranslation => {
  if (status >= 400) return translateError(status, spec);
  const writer = createWriter();
  const bounded = boundAnswer(writer.sink);
  const reader = spec.createReader(bounded.sink, isEventStream(contentType));

  /** A provider's answer can be of any form. What it breaks must be this answer, and not the gateway. */
  const read = (step: () => void): void => {
    try {
      step();
    } catch (cause) {
      const why = cause instanceof Error ? ` (${cause.message})` : '';
      bounded.sink.fail({ ...UNREADABLE_ANSWER, message: UNREADABLE_ANSWER.message + why });
    }
  };

  return {
    contentType: writer.contentType,
    push: (chunk) => {
      if (bounded.takes(chunk.length)) read(() => reader.push(chunk));
      return Buffer.from(writer.take());
    },
    end: () => {
      read(() => reader.end());
      return Buffer.from(writer.take() + writer.end());
    },
  };
};
