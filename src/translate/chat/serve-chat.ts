import { isObject, type JsonObject } from '../../base/json-object.ts';
import type { Clock } from '../../base/time/clock.ts';
import type { ClientRequest } from '../client-request.ts';
import type { Sealer } from '../seal.ts';
import { readChatRequest } from './read-request.ts';
import { createChatJson, createChatStream } from './write-answer.ts';

interface ServeChatDeps {
  readonly sealer: Sealer;
  readonly clock: Clock;
}

/** A client of chat completions: its request in the form in the middle, and how it is answered. */
export const serveChat = (
  request: JsonObject,
  { model }: { readonly model: string },
  { sealer, clock }: ServeChatDeps,
): ClientRequest => {
  const { ask, names, losses } = readChatRequest(request, { model, sealer });
  const deps = { names, sealer, clock, model };
  const includeUsage = isObject(request.stream_options) && request.stream_options.include_usage === true;
  return {
    ask,
    losses,
    createWriter: () => (ask.stream ? createChatStream(deps, { includeUsage }) : createChatJson(deps)),
  };
};
