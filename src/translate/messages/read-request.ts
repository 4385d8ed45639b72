import { GatewayError } from '../../base/errors.ts';
import { type JsonObject, objectsOf, wordOf } from '../../base/json-object.ts';
import type { Ask, AskItem } from '../ask.ts';
import { createToolNames, type ToolNames } from '../responses/tool-names.ts';
import type { Sealer } from '../seal.ts';
import { listLostMembers } from './list-lost-members.ts';
import { readMessage } from './read-message.ts';
import { readOptions, type ThinkingForm } from './read-options.ts';
import { type Lose, readParts } from './read-parts.ts';
import { readTools } from './read-tools.ts';

export interface ReadMessagesRequest {
  readonly ask: Ask;
  /** Turns the names of calls back into the client's. */
  readonly names: ToolNames;
  readonly thinking: ThinkingForm;
  /** What the request had and the ask has not, each in a few words, each once. */
  readonly losses: readonly string[];
}

interface ReadOptions {
  /** The provider's name of the model. */
  readonly model: string;
  readonly sealer: Pick<Sealer, 'openReasoning'>;
  readonly betas?: readonly string[] | undefined;
}

/** Claude Code's account for Anthropic, which changes with each request: other providers would cache nothing. */
const BILLING = /^x-anthropic-billing-header:/;

const readSystem = (system: unknown, lose: Lose): AskItem[] => {
  const blocks = typeof system === 'string' ? [{ type: 'text', text: system }] : objectsOf(system);
  const told = blocks.filter(({ text }) => !BILLING.test(wordOf(text)));
  if (told.length < blocks.length) lose('billing header of Claude Code');
  const parts = readParts(told, lose);
  return parts.length === 0 ? [] : [{ kind: 'message', role: 'system', parts }];
};

/**
 * Reads a request of Anthropic's Messages API. What cannot be carried is listed.
 * @throws GatewayError invalid_request: it has no messages, a tool of Anthropic's own, or names what only
 *   Anthropic keeps
 * @see https://platform.claude.com/docs/en/api/messages/create
 */
export const readMessagesRequest = (
  request: JsonObject,
  { model, sealer, betas = [] }: ReadOptions,
): ReadMessagesRequest => {
  const messages = objectsOf(request.messages);
  if (messages.length === 0) {
    throw new GatewayError('invalid_request', '`messages` is empty: send at least one.', {
      param: 'messages',
    });
  }
  const losses = new Set<string>();
  const lose: Lose = (what) => {
    losses.add(what);
  };
  const names = createToolNames();
  // All tools come before all messages: a call in the history must not take the name of a tool.
  const tools = readTools(request, { names, lose, model });
  const { options, isOn, isShown } = readOptions(request, lose);
  const ask: Ask = {
    model,
    items: [
      ...readSystem(request.system, lose),
      ...messages.flatMap((message) => readMessage(message, { names, sealer, lose })),
    ],
    stream: request.stream === true,
    ...tools,
    ...options,
  };
  if (messages.at(-1)?.role === 'assistant') lose('prefilled answer (the model begins a new one)');
  for (const member of listLostMembers(request, betas)) lose(member);
  const isGoingOn = isOn || ask.tools.length > 0;
  return { ask, names, thinking: isShown ? 'shown' : isGoingOn ? 'sealed' : 'dropped', losses: [...losses] };
};
