import { type ChatTurn, type Completion, chunksOf, completionOf, objectOf } from './chat/answer-chunks.ts';
import { checkConversation, type Flavour } from './chat/check-conversation.ts';
import { type ChatRequest, parseChatRequest } from './chat/request-schema.ts';
import type { RecordedRequest } from './upstream/recorded-request.ts';
import type { Answer } from './upstream/script.ts';
import { startUpstream, type Upstream } from './upstream/start-upstream.ts';

/** A turn, or what goes wrong instead. */
type ChatAnswer = ChatTurn | Answer;

/** One answer for each request, of which the last repeats, or a function. */
export type ChatScript =
  | readonly [ChatAnswer, ...ChatAnswer[]]
  | ((request: ChatRequest, index: number) => ChatAnswer);

export interface ChatUpstream extends Pick<Upstream, 'url' | 'requests' | 'close'> {
  /** The requests that were answered with 200. */
  readonly accepted: readonly ChatRequest[];
  /** The messages of the 400s: none in a test where all goes well. */
  readonly refusals: readonly string[];
}

const failure = (status: number, message: string): Answer => ({
  kind: 'json',
  status,
  body: { error: { message, type: 'invalid_request_error', param: null, code: null } },
});

const isAnswer = (answer: ChatAnswer): answer is Answer => 'kind' in answer;

/**
 * Thoughts by the first call that they led to: their own model, asked by the same account, wants them back as
 * they were, and every other one refuses what is signed or encrypted.
 */
const createThoughtLedger = () => {
  const thoughts = new Map<string, { readonly thought: string; readonly owner: string }>();
  const nothing = '[null,null]';
  /** Whatever the order of its members. */
  const thoughtOf = (message: {
    readonly reasoning_content?: string | undefined;
    readonly reasoning_details?: readonly Record<string, unknown>[] | undefined;
  }): string =>
    JSON.stringify([
      message.reasoning_content,
      message.reasoning_details?.map((detail) => Object.entries(detail).sort()),
    ]);
  return {
    note: ({ message }: Completion, owner: string): void => {
      const id = message.tool_calls?.[0]?.id;
      if (id !== undefined) thoughts.set(id, { thought: thoughtOf(message), owner });
    },
    check: ({ messages }: ChatRequest, asker: string): void => {
      for (const message of messages) {
        if (message.role !== 'assistant') continue;
        const issued = thoughts.get(message.tool_calls?.[0]?.id ?? '');
        if (issued === undefined || issued.thought === nothing) continue;
        const given = thoughtOf(message);
        if (issued.owner === asker && given !== issued.thought) {
          throw new Error(`a thought came back changed: ${given} instead of ${issued.thought}`);
        }
        if (issued.owner !== asker && message.reasoning_details !== undefined) {
          throw new Error('Invalid `signature` in `thinking` block: it is of another model or account');
        }
      }
    },
  };
};

const needsKey = ({ headers }: RecordedRequest): string | undefined =>
  headers.authorization === undefined ? 'You did not provide an API key.' : undefined;

/**
 * Starts a double of a provider of chat completions that refuses what the real one refuses, and wants its
 * thoughts back where the real one does.
 */
export const startChatUpstream = async (
  script: ChatScript,
  flavour: Flavour = 'openai',
  /** @returns why it does not let a request in */
  refusalOf: (request: RecordedRequest) => string | undefined = needsKey,
): Promise<ChatUpstream> => {
  const accepted: ChatRequest[] = [];
  const refusals: string[] = [];
  const ledger = createThoughtLedger();
  const wantsThoughts = ['deepseek', 'openrouter', 'moonshot', 'minimax'].includes(flavour);

  const answerAt = (request: ChatRequest, index: number): ChatAnswer =>
    typeof script === 'function'
      ? script(request, index)
      : (script[Math.min(index, script.length - 1)] ?? script[0]);

  const answer = (recorded: RecordedRequest): Answer => {
    if (!/^\/v1\/chat\/completions(?:\?|$)/.test(recorded.url))
      return failure(404, `Not found: ${recorded.url}`);
    const refusal = refusalOf(recorded);
    if (refusal !== undefined) {
      refusals.push(refusal);
      return failure(401, refusal);
    }
    try {
      const request = parseChatRequest(recorded.json());
      checkConversation(request, flavour);
      const asker = `${request.model} ${recorded.headers.authorization}`;
      if (wantsThoughts) ledger.check(request, asker);
      const index = accepted.length;
      accepted.push(request);
      const next = answerAt(request, index);
      if (isAnswer(next)) return next;
      const completion = completionOf(next, index, request.model, flavour);
      ledger.note(completion, asker);
      if (request.stream !== true) return { kind: 'json', body: objectOf(completion) };
      const withUsage = request.stream_options?.include_usage === true || flavour === 'mistral';
      const body = Buffer.from(chunksOf(completion, withUsage).join(''));
      return { kind: 'bytes', body, headers: { 'content-type': 'text/event-stream' } };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      refusals.push(message);
      return failure(400, message);
    }
  };

  const { url, requests, close } = await startUpstream(answer);
  return { url, requests, close, accepted, refusals };
};
