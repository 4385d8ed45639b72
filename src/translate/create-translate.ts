import { GatewayError } from '../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../base/json-object.ts';
import type { Clock } from '../base/time/clock.ts';
import { serveChat } from './chat/serve-chat.ts';
import type { ClientRequest } from './client-request.ts';
import { serveMessages } from './messages/serve-messages.ts';
import { keyedIn, withCacheKey } from './prompt-caching.ts';
import { estimateInput } from './repair/limit-output.ts';
import { withRestoredKeys } from './repair/restore-keys.ts';
import { createResponseHistory, type ResponseHistory } from './response-history.ts';
import { serveResponses } from './responses/serve-responses.ts';
import { type Sealer, sealerFor } from './seal.ts';
import { translateAnswer } from './translate-answer.ts';
import type { CountTokens, Translate, TranslateInput } from './translation.ts';
import { withExpandedCalls } from './wrap/expand-calls.ts';
import { withStops } from './wrap/stop-sequences.ts';
import { withTools } from './wrap/with-tools.ts';

interface TranslateDeps {
  /** Its secret must outlive the process, or conversations lose what their provider wants back. */
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Where answers are kept for clients that refer to them; its own where nothing is said. */
  readonly history?: ResponseHistory;
}

/** How long, and in how much memory, answers are kept for clients that refer to them. */
const KEPT = { maxMs: 24 * 60 * 60 * 1000, maxBytes: 64 * 1024 * 1024, maxResponses: 10_000 };

type ReadClientRequest = (
  request: JsonObject,
  input: Pick<TranslateInput, 'model' | 'path' | 'betas'> & { readonly sealer: Sealer },
) => ClientRequest;

/** @param processes how many of them share what answers may take in memory */
export const createKeptAnswers = (clock: Clock, processes = 1): ResponseHistory =>
  createResponseHistory({
    maxBytes: KEPT.maxBytes / processes,
    maxResponses: KEPT.maxResponses,
    age: { maxMs: KEPT.maxMs, now: () => clock.monotonic() },
  });

const readObject = (body: Buffer): JsonObject => {
  const request = parseJson(body.toString('utf8'));
  if (isObject(request)) return request;
  throw new GatewayError('invalid_json', 'the request body is not a JSON object; nothing was sent on');
};

const sealerOf = (sealer: Sealer, { account, model }: TranslateInput): Sealer =>
  sealerFor(sealer, account === undefined ? undefined : `${account}/${model}`);

const bodyOf = (written: JsonObject): Buffer => Buffer.from(JSON.stringify(written));

/** JSON is read at any depth, and walked and written as deep as the stack goes. */
const boundDepth =
  <Input, Output>(put: (input: Input) => Output) =>
  (input: Input): Output => {
    try {
      return put(input);
    } catch (cause) {
      if (!(cause instanceof RangeError)) throw cause;
      throw new GatewayError('invalid_request', 'the request is nested too deeply to be translated', {
        cause,
      });
    }
  };

/** Which of several sequences ended an answer, only Anthropic says. */
const STOP_LOSS = 'which stop sequence ended the answer';

/** Joins the client's API with the provider's: request one way, answer the other. */
export const createTranslate = (deps: TranslateDeps): Translate => {
  const { sealer, clock, history = createKeptAnswers(clock) } = deps;
  const readers: Readonly<Record<TranslateInput['api'], ReadClientRequest>> = {
    responses: (request, input) => serveResponses(request, input, { ...input, clock, history }),
    chat: (request, input) => serveChat(request, input, { ...input, clock }),
    messages: (request, input) => serveMessages(request, input, { ...input, clock }),
  };
  return boundDepth((input) => {
    const { api, body, spec, facts } = input;
    const client = readers[api](readObject(body), { ...input, sealer: sealerOf(sealer, input) });
    const { losses, createWriter, writeError } = client;
    const wanted = input.effort === undefined ? client.ask : { ...client.ask, effort: input.effort };
    const ask = withCacheKey(wanted, input);
    const written = spec.writeRequest(ask, facts);
    const caching = written.caching ?? (ask.cacheKey === wanted.cacheKey ? undefined : keyedIn(written.body));
    const { renamedKeys = new Map(), stops = [] } = written;
    const isStopLost = api === 'messages' && ask.stop !== undefined && stops.length === 0;
    return {
      path: written.path,
      headers: written.headers,
      body: bodyOf(written.body),
      dialect: spec.dialect,
      ...(caching !== undefined && { caching }),
      losses: [...new Set([...losses, ...written.losses, ...(isStopLost ? [STOP_LOSS] : [])])],
      answer: (status, contentType, upstream) =>
        translateAnswer(
          {
            spec,
            createWriter: () =>
              withExpandedCalls(
                withRestoredKeys(withTools(withStops(createWriter(), stops), ask.tools), renamedKeys),
              ),
            clock,
            failsInStream: api === 'responses',
            ...(writeError && { writeError }),
          },
          status,
          contentType,
          upstream,
        ),
    };
  });
};

/** Counts the tokens of a request of the Messages API: the provider does, where it can. */
export const createCountTokens = ({ sealer, clock }: Pick<TranslateDeps, 'sealer' | 'clock'>): CountTokens =>
  boundDepth((input) => {
    const { body, spec, facts } = input;
    const { ask, losses } = serveMessages(readObject(body), input, {
      sealer: sealerOf(sealer, input),
      clock,
    });
    const written = spec.count?.writeRequest(ask, facts);
    const estimate = estimateInput(ask);
    if (spec.count === undefined || written === undefined) {
      return { dialect: spec.dialect, losses, estimate };
    }
    const { path, headers } = written;
    return {
      dialect: spec.dialect,
      losses: [...new Set([...losses, ...written.losses])],
      estimate,
      asked: { path, headers, body: bodyOf(written.body), read: spec.count.read },
    };
  });
