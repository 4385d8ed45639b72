import { createHash } from 'node:crypto';
import type { IncomingMessage, RequestListener, ServerResponse } from 'node:http';
import { chatChunks, chatJson } from './chat-answer.ts';
import { type AnswerFrame, composeChat, composeResponse, DEMO_MODEL } from './compose-answer.ts';
import { type DemoAnswer, decideAnswer } from './decide-answer.ts';
import { createUsageEstimator } from './estimate-usage.ts';
import { parseJson, readBody, sendError, sendJson } from './exchange-json.ts';
import { type Ask, parseAsk } from './parse-ask.ts';
import { responsesEvents, responsesJson } from './responses-answer.ts';
import { sendEvents } from './send-events.ts';

type Reply = (
  response: ServerResponse,
  ask: Ask,
  frame: AnswerFrame,
  answer: DemoAnswer,
) => void | Promise<void>;

const replyAsResponse: Reply = (response, ask, frame, answer) => {
  const composed = composeResponse(answer, frame);
  if (!ask.stream) return sendJson(response, 200, responsesJson(composed));
  const events = responsesEvents(composed);
  return sendEvents(
    response,
    events.map((event) => ({ name: event.type, data: JSON.stringify(event) })),
  );
};

const replyAsChat: Reply = (response, ask, frame, answer) => {
  const composed = composeChat(answer, frame);
  if (!ask.stream) return sendJson(response, 200, chatJson(composed));
  const chunks = chatChunks(composed, ask.includeUsage).map((chunk) => JSON.stringify(chunk));
  return sendEvents(
    response,
    [...chunks, '[DONE]'].map((data) => ({ data })),
  );
};

/** Codex replaces its history by this output: the user's messages stay, the rest becomes one item. */
const replyAsCompaction: Reply = (response, ask, frame, answer) => {
  const composed = composeResponse(answer, frame);
  sendJson(response, 200, {
    ...responsesJson(composed),
    object: 'response.compaction',
    output: [...ask.userMessages, ...composed.output],
  });
};

const replyAsCount: Reply = (response, _ask, { usage }) =>
  sendJson(response, 200, { object: 'response.input_tokens', input_tokens: usage.inputTokens });

const REPLIES: Readonly<Record<string, Reply>> = {
  '/responses': replyAsResponse,
  '/responses/compact': replyAsCompaction,
  '/responses/input_tokens': replyAsCount,
  '/chat/completions': replyAsChat,
};

// Codex, which sends its version, wants a catalog in a form of its own and reports any other answer as
// an error; to an empty one it adds what it knows itself.
const listModels = (response: ServerResponse, url: string): void =>
  sendJson(
    response,
    200,
    /[?&]client_version=/.test(url)
      ? { models: [] }
      : {
          object: 'list',
          data: [{ id: DEMO_MODEL, object: 'model', created: 1_763_769_600, owned_by: 'gomodel-ts' }],
        },
  );

/** Creates the demo's request handler; it holds nothing but what each session's prompt cache would. */
export const createDemoHandler = (): RequestListener => {
  const estimateUsage = createUsageEstimator();

  const answerPost = async (
    request: IncomingMessage,
    response: ServerResponse,
    path: string,
  ): Promise<void> => {
    const reply = REPLIES[path];
    if (!reply) return sendError(response, 404, 'unknown_url', `The demo does not answer POST ${path}.`);
    const bytes = await readBody(request);
    if (!bytes) return sendError(response, 413, 'request_too_large', 'The demo reads at most 512 MiB.');
    const json = parseJson(bytes);
    if (!json) return sendError(response, 400, 'invalid_json', 'The body of the request is not JSON.');
    const sessionHeader = request.headers['session-id'] ?? request.headers.session_id;
    const ask = parseAsk(json.value, typeof sessionHeader === 'string' ? sessionHeader : undefined);
    const answer = decideAnswer(
      path === '/responses/compact' ? { ...ask, compacts: true } : ask,
      bytes.length,
    );
    const frame = {
      key: createHash('sha256').update(bytes).digest('hex').slice(0, 24),
      asked: ask.model,
      createdAt: Math.floor(Date.now() / 1000),
      usage: estimateUsage(ask, answer.kind === 'call' ? answer.input : answer.text),
    };
    await reply(response, ask, frame, answer);
  };

  return (request, response) => {
    const url = request.url ?? '/';
    const [place = ''] = url.split('?', 1);
    const path = place.replace(/^\/v1(?=\/)/, '');
    if (request.method === 'POST') {
      answerPost(request, response, path).catch(() => {
        // Mostly the client has left, and nobody reads this.
        if (response.headersSent) response.destroy();
        else sendError(response, 500, 'internal_error', 'The demo failed at this request.');
      });
    } else if (request.headers.upgrade !== undefined && path === '/responses') {
      sendError(response, 426, 'websocket_not_supported', 'The demo speaks HTTP only.');
    } else if (request.method === 'GET' && path === '/models') {
      listModels(response, url);
    } else {
      sendError(response, 404, 'unknown_url', `The demo does not answer ${request.method} ${path}.`);
    }
  };
};
