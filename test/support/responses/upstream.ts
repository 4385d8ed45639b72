import type { RecordedRequest } from '../upstream/recorded-request.ts';
import type { Answer } from '../upstream/script.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { eventsOf, objectOf, outputOf, type ResponsesStep, toSse } from './answer-events.ts';
import { checkRequest } from './check-input.ts';
import {
  parseCountRequest,
  parseResponsesRequest,
  type ResponsesItem,
  type ResponsesRequest,
} from './request-schema.ts';

/** A step, or what goes wrong instead. */
type ResponsesAnswer = ResponsesStep | Answer;

/** One answer for each request, of which the last repeats, or a function. */
type ResponsesScript =
  | readonly [ResponsesAnswer, ...ResponsesAnswer[]]
  | ((request: ResponsesRequest, index: number) => ResponsesAnswer);

export interface ResponsesUpstream extends Pick<Upstream, 'url' | 'requests' | 'close'> {
  /** The requests that were answered. */
  readonly accepted: readonly ResponsesRequest[];
  /** The messages of the 400s: none in a test where all goes well. */
  readonly refusals: readonly string[];
}

const failure = (status: number, message: string): Answer => ({
  kind: 'json',
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
});

const isAnswer = (answer: ResponsesAnswer): answer is Answer => 'kind' in answer;

/** Every thought that was given out and comes back is as it was, and none of a current turn is missing. */
const createThoughtLedger = () => {
  const thoughtBefore = new Map<string, string>();
  return {
    note: (output: readonly Record<string, unknown>[]): void => {
      const thought = output.find(({ type }) => type === 'reasoning')?.encrypted_content;
      for (const { type, call_id } of output) {
        if (type === 'function_call') thoughtBefore.set(String(call_id), String(thought));
      }
    },
    check: (input: readonly ResponsesItem[]): void => {
      let thought: string | undefined;
      for (const item of input) {
        if (item.type === 'reasoning') thought = item.encrypted_content;
        if (item.type !== 'function_call') continue;
        const expected = thoughtBefore.get(item.call_id);
        if (expected === undefined || expected === 'undefined' || expected === thought) continue;
        throw new Error(`The thought before ${item.call_id} is ${thought ?? 'missing'}, and was ${expected}`);
      }
    },
  };
};

/** Starts a double of OpenAI's Responses API that refuses what the real one refuses, and wants its thoughts back. */
export const startResponsesUpstream = async (script: ResponsesScript): Promise<ResponsesUpstream> => {
  const accepted: ResponsesRequest[] = [];
  const refusals: string[] = [];
  const ledger = createThoughtLedger();

  const answerAt = (request: ResponsesRequest, index: number): ResponsesAnswer =>
    typeof script === 'function'
      ? script(request, index)
      : (script[Math.min(index, script.length - 1)] ?? script[0]);

  const respond = (recorded: RecordedRequest): Answer => {
    if (recorded.url.endsWith('/responses/input_tokens')) {
      const { input } = parseCountRequest(recorded.json());
      return { kind: 'json', body: { object: 'response.input_tokens', input_tokens: 100 + input.length } };
    }
    const request = parseResponsesRequest(recorded.json());
    checkRequest(request);
    ledger.check(request.input);
    const index = accepted.length;
    accepted.push(request);
    const next = answerAt(request, index);
    if (isAnswer(next)) return next;
    const output = outputOf(next, index);
    ledger.note(output);
    if (!request.stream) return { kind: 'json', body: objectOf(next, output, request.model, index) };
    const body = Buffer.from(toSse(eventsOf(next, output, request.model, index)));
    return { kind: 'bytes', body, headers: { 'content-type': 'text/event-stream' } };
  };

  const { url, requests, close } = await startUpstream((recorded: RecordedRequest): Answer => {
    if (!/\/v1\/responses(?:\/input_tokens)?$/.test(recorded.url)) {
      return failure(404, `Not found: ${recorded.url}`);
    }
    if (recorded.headers.authorization === undefined) return failure(401, 'You did not provide an API key.');
    try {
      return respond(recorded);
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      refusals.push(message);
      return failure(400, message);
    }
  });
  return { url, requests, close, accepted, refusals };
};
