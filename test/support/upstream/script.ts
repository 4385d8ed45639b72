import type { RecordedRequest } from './recorded-request.ts';

/** How a stream ends once its events are out: well, closed without more, killed, or not at all. */
type StreamEnd = 'end' | 'reset' | 'hang';

/** What the double does with one request. */
export type Answer =
  | {
      readonly kind: 'sse';
      readonly events: readonly { readonly type: string }[];
      readonly headers?: Readonly<Record<string, string>>;
      /** Cuts the body into pieces of this size, each its own write. */
      readonly chunkBytes?: number;
      /** Between two writes. */
      readonly pauseMs?: number;
      /** Sends no more than this many events. */
      readonly eventLimit?: number;
      /** After those, sends this many bytes of the next one. */
      readonly extraBytes?: number;
      /** `end` unless told. */
      readonly finally?: StreamEnd;
    }
  | {
      readonly kind: 'json';
      readonly body: unknown;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  | {
      readonly kind: 'bytes';
      readonly body: Buffer;
      readonly status?: number;
      readonly headers?: Readonly<Record<string, string>>;
    }
  /** Reads the request and never answers. */
  | { readonly kind: 'hang' }
  /** Kills the connection before any answer. */
  | { readonly kind: 'reset' };

/**
 * What the double answers to model requests (`POST`): one answer for all, a list of which the last
 * repeats, or a function. `GET /models` is always answered.
 */
export type Script =
  | Answer
  | readonly [Answer, ...Answer[]]
  | ((request: RecordedRequest, index: number) => Answer);

/** The answer of a script to the request with this index. */
export const pickAnswer = (script: Script, request: RecordedRequest, index: number): Answer => {
  if (typeof script === 'function') return script(request, index);
  if ('kind' in script) return script;
  return script[Math.min(index, script.length - 1)] ?? script[0];
};
