import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../base/json-object.ts';
import { serveChat } from './chat/serve-chat.ts';
import type { ClientRequest } from './client-request.ts';
import { withRestoredKeys } from './repair/restore-keys.ts';
import { createResponseHistory, type ResponseHistory } from './response-history.ts';
import { serveResponses } from './responses/serve-responses.ts';
import { type Sealer, sealerFor } from './seal.ts';
import { translateAnswer } from './translate-answer.ts';
import type { Translate, TranslateInput } from './translation.ts';

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
  input: { readonly model: string; readonly path: string; readonly sealer: Sealer },
) => ClientRequest;

/** @param processes how many of them share what answers may take in memory */
export const createKeptAnswers = (clock: Clock, processes = 1): ResponseHistory =>
  createResponseHistory({
    maxBytes: KEPT.maxBytes / processes,
    maxResponses: KEPT.maxResponses,
    age: { maxMs: KEPT.maxMs, now: () => clock.monotonic() },
  });

/** Joins the client's API with the provider's: request one way, answer the other. */
export const createTranslate = (deps: TranslateDeps): Translate => {
  const { sealer, clock, history = createKeptAnswers(clock) } = deps;
  const readers: Readonly<Record<TranslateInput['api'], ReadClientRequest>> = {
    responses: (request, input) => serveResponses(request, input, { ...input, clock, history }),
    chat: (request, input) => serveChat(request, input, { ...input, clock }),
  };
  const translate: Translate = ({ api, path, body, model, spec, facts, account }) => {
    const request = parseJson(body.toString('utf8'));
    if (!isObject(request)) {
      throw new GatewayError('invalid_json', 'the request body is not a JSON object; nothing was sent on');
    }
    const { ask, losses, createWriter } = readers[api](request, {
      model,
      path,
      sealer: sealerFor(sealer, account === undefined ? undefined : `${account}/${model}`),
    });
    const written = spec.writeRequest(ask, facts);
    const { renamedKeys = new Map() } = written;
    return {
      path: written.path,
      headers: written.headers,
      body: Buffer.from(JSON.stringify(written.body)),
      dialect: spec.dialect,
      losses: [...new Set([...losses, ...written.losses])],
      answer: (status, contentType, upstream) =>
        translateAnswer(
          { spec, createWriter: () => withRestoredKeys(createWriter(), renamedKeys), clock },
          status,
          contentType,
          upstream,
        ),
    };
  };
  return (input) => {
    try {
      return translate(input);
    } catch (cause) {
      // JSON is read at any depth, and walked and written as deep as the stack goes.
      if (!(cause instanceof RangeError)) throw cause;
      throw new GatewayError('invalid_request', 'the request is nested too deeply to be translated', {
        cause,
      });
    }
  };
};
