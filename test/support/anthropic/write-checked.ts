import { createAnthropicSpec } from '../../../src/translate/anthropic/spec.ts';
import type { Ask } from '../../../src/translate/ask.ts';
import { checkConversation } from './check-conversation.ts';
import { checkModel } from './check-model.ts';
import { type MessagesRequest, parseRequest } from './request-schema.ts';

export interface CheckedRequest {
  readonly body: MessagesRequest;
  readonly headers: Readonly<Record<string, string>>;
  readonly losses: readonly string[];
}

export const askOf = (more: Partial<Ask>): Ask => ({
  model: 'claude-opus-5-5',
  items: [{ kind: 'message', role: 'user', parts: [{ kind: 'text', text: 'Hi' }] }],
  tools: [],
  wantsReasoning: false,
  stream: true,
  ...more,
});

/**
 * Writes a request and holds it against all that the API refuses, the memory of its own words excepted.
 * @throws Error with the API's words
 */
export const writeChecked = (more: Partial<Ask>): CheckedRequest => {
  const { body, headers, losses } = createAnthropicSpec().writeRequest(askOf(more));
  // What goes over the wire is what JSON can say.
  const request = parseRequest(JSON.parse(JSON.stringify(body)));
  checkModel(request, (headers['anthropic-beta'] ?? '').split(','));
  checkConversation(request);
  return { body: request, headers, losses };
};
