import type { Clock } from '../base/time/clock.ts';
import type { AnswerSink } from './answer-sink.ts';

/** A client that hears nothing gives up; one word in so many milliseconds is more than enough. */
const ALIVE_EVERY_MS = 2_000;
/** A provider may queue a request for ten minutes (DeepSeek) and think for longer. Beyond this it is dead. */
const MAX_SILENCE_MS = 20 * 60_000;

const STALLED = {
  code: 'upstream_timeout',
  message: `gomodel-ts: the provider has sent nothing but keep-alives for ${MAX_SILENCE_MS / 60_000} minutes; try again`,
};

/** A sink that takes signs of life as often as they come, and passes on as many as the client needs. */
export interface PatientSink {
  readonly sink: AnswerSink;
  /** The last word has come. */
  isOver(): boolean;
  /** To be called when the client has been sent something. */
  wroteNow(): void;
}

export const createPatientSink = (sink: AnswerSink, clock: Pick<Clock, 'monotonic'>): PatientSink => {
  let isOver = false;
  let lastWordAtMs = clock.monotonic();
  let lastSentAtMs: number | undefined;

  const noting =
    <Arguments extends readonly unknown[]>(tell: (...given: Arguments) => void) =>
    (...given: Arguments): void => {
      if (isOver) return;
      lastWordAtMs = clock.monotonic();
      tell(...given);
    };
  const last =
    <Arguments extends readonly unknown[]>(tell: (...given: Arguments) => void) =>
    (...given: Arguments): void => {
      if (isOver) return;
      isOver = true;
      tell(...given);
    };
  const fail = last(sink.fail);

  return {
    sink: {
      ...sink,
      begin: noting(sink.begin),
      text: noting(sink.text),
      refusal: noting(sink.refusal),
      reasoning: noting(sink.reasoning),
      reasoningState: noting(sink.reasoningState),
      callBegin: noting(sink.callBegin),
      callArguments: noting(sink.callArguments),
      callEnd: noting(sink.callEnd),
      webSearch: noting(sink.webSearch),
      usage: noting(sink.usage),
      alive: () => {
        if (isOver) return;
        const nowMs = clock.monotonic();
        if (nowMs - lastWordAtMs >= MAX_SILENCE_MS) fail(STALLED);
        else if (lastSentAtMs === undefined || nowMs - lastSentAtMs >= ALIVE_EVERY_MS) {
          lastSentAtMs = nowMs;
          sink.alive?.();
        }
      },
      finish: last(sink.finish),
      fail,
    },
    isOver: () => isOver,
    wroteNow: () => {
      lastSentAtMs = clock.monotonic();
    },
  };
};
