import type { JsonObject } from '../../base/json-object.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { ClientRequest } from '../client-request.ts';
import { keepUserMessages } from '../compaction/keep-user-messages.ts';
import { compactionFormOf, toSummaryAsk, withoutTrigger } from '../compaction/read-compaction.ts';
import { createCompactionJson, createCompactionStream } from '../compaction/write-compaction.ts';
import type { ResponseHistory } from '../response-history.ts';
import type { Sealer } from '../seal.ts';
import { echoRequest } from './emit/response-object.ts';
import { readResponsesRequest } from './read-request.ts';
import { refuseKeptElsewhere } from './refuse-kept-elsewhere.ts';
import { resumeRequest } from './stored-responses.ts';
import { createResponsesJson, createResponsesStream } from './write-answer.ts';

interface ResponsesDeps {
  readonly sealer: Sealer;
  readonly clock: Clock;
  /** Of answers that a client may refer to. */
  readonly history: ResponseHistory;
}

/** Named where losses are, since it is not what OpenAI does. */
const SUMMARY_TURN = 'compaction (a summary by the model, asked for by gomodel-ts)';

/**
 * Serves a request of the Responses API: a turn, or the compaction of a conversation.
 * @param path below `/v1`
 * @throws GatewayError previous_response_not_found, item_not_found, memory_unreadable, invalid_request where
 *   it names what only OpenAI keeps
 */
export const serveResponses = (
  asked: JsonObject,
  { model, path }: { readonly model: string; readonly path: string },
  { sealer, clock, history }: ResponsesDeps,
): ClientRequest => {
  refuseKeptElsewhere(asked);
  const form = compactionFormOf(path, asked);
  const { request, isKept, keep } = resumeRequest(
    form === undefined ? asked : withoutTrigger(asked),
    history,
  );
  const { ask, names, losses } = readResponsesRequest(request, { model, sealer });
  const echo = echoRequest({ ...asked, store: form === undefined && isKept });
  const deps = { sealer, clock, model };
  if (form !== undefined) {
    return {
      ask: toSummaryAsk(ask),
      losses: [...losses, SUMMARY_TURN],
      createWriter: () =>
        form === 'endpoint'
          ? createCompactionJson(deps, keepUserMessages(request.input))
          : createCompactionStream(deps, echo),
    };
  }
  const create = ask.stream ? createResponsesStream : createResponsesJson;
  return { ask, losses, createWriter: () => create({ ...deps, names, echo, onEnd: keep }) };
};
