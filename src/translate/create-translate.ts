import type { Clock } from '../base/clock.ts';
import { GatewayError } from '../base/errors.ts';
import type { Api } from '../sse/answer-summary.ts';
import { isObject, type JsonObject, parseJson } from '../sse/json-object.ts';
import type { AnswerWriter } from './answer-writer.ts';
import type { Ask } from './ask.ts';
import { readResponsesRequest } from './responses/read-request.ts';
import { echoRequest } from './responses/response-object.ts';
import { createResponsesJson, createResponsesStream } from './responses/write-answer.ts';
import type { Sealer } from './seal.ts';
import { translateAnswer } from './translate-answer.ts';
import type { Translate } from './translation.ts';

interface TranslateDeps {
  /** Its secret must outlive the process, or conversations lose what their provider wants back. */
  readonly sealer: Sealer;
  readonly clock: Clock;
}

/** A request in the form in the middle, and how its answers are written. */
interface ClientRequest {
  readonly ask: Ask;
  readonly losses: readonly string[];
  readonly createWriter: () => AnswerWriter;
}

type ReadClientRequest = (request: JsonObject, model: string, deps: TranslateDeps) => ClientRequest;

const readResponses: ReadClientRequest = (request, model, { sealer, clock }) => {
  const { ask, names, losses } = readResponsesRequest(request, { model, sealer });
  const create = ask.stream ? createResponsesStream : createResponsesJson;
  const deps = { names, sealer, clock, model, echo: echoRequest(request) };
  return { ask, losses, createWriter: () => create(deps) };
};

const readChat: ReadClientRequest = () => {
  throw new GatewayError('invalid_request', 'this model is served to clients of the Responses API only');
};

const READERS: Readonly<Record<Api, ReadClientRequest>> = { responses: readResponses, chat: readChat };

/** Joins the client's API with the provider's: request one way, answer the other. */
export const createTranslate =
  (deps: TranslateDeps): Translate =>
  ({ api, body, model, spec }) => {
    const request = parseJson(body.toString('utf8'));
    if (!isObject(request)) {
      throw new GatewayError('invalid_json', 'the request body is no JSON object; nothing was sent on');
    }
    const { ask, losses, createWriter } = READERS[api](request, model, deps);
    const written = spec.writeRequest(ask);
    return {
      path: written.path,
      headers: written.headers,
      body: Buffer.from(JSON.stringify(written.body)),
      dialect: spec.dialect,
      losses: [...new Set([...losses, ...written.losses])],
      answer: (status, contentType) => translateAnswer({ spec, createWriter }, status, contentType),
    };
  };
