import type { JsonObject } from '../../base/json-object.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { ClientRequest } from '../client-request.ts';
import type { Sealer } from '../seal.ts';
import { readMessagesRequest } from './read-request.ts';
import { createMessagesJson, createMessagesStream } from './write-answer.ts';
import { writeMessagesError } from './write-error.ts';

interface ServeMessagesDeps {
  readonly sealer: Sealer;
  readonly clock: Clock;
}

interface MessagesInput {
  readonly model: string;
  readonly betas?: readonly string[] | undefined;
}

/**
 * A client of Anthropic's Messages API: its request in the form in the middle, and how it is answered.
 * @throws GatewayError invalid_request, see `readMessagesRequest`
 */
export const serveMessages = (
  request: JsonObject,
  { model, betas }: MessagesInput,
  { sealer, clock }: ServeMessagesDeps,
): ClientRequest => {
  const { ask, names, thinking, losses } = readMessagesRequest(request, { model, sealer, betas });
  const create = ask.stream ? createMessagesStream : createMessagesJson;
  return {
    ask,
    losses,
    createWriter: () => create({ names, sealer, clock, model, thinking }),
    writeError: writeMessagesError,
  };
};
