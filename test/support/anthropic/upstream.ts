import type { RecordedRequest } from '../upstream/recorded-request.ts';
import type { Answer } from '../upstream/script.ts';
import { startUpstream, type Upstream } from '../upstream/start-upstream.ts';
import { type AnswerMessage, eventsOf, type MessageUsage } from './answer-events.ts';
import { checkConversation } from './check-conversation.ts';
import { checkModel } from './check-model.ts';
import { type MessagesRequest, parseRequest, type RequestBlock } from './request-schema.ts';
import { createThoughtLedger } from './thought-ledger.ts';

/** What the model says in one piece; ids and signatures are the double's to give. */
export type Say =
  | { readonly text: string }
  | { readonly thinking: string }
  | { readonly redacted: string }
  | { readonly call: string; readonly input: object }
  | { readonly search: string };

export interface ScriptedTurn {
  readonly say: readonly Say[];
  /** `end_turn` or `tool_use` unless told. */
  readonly stopReason?: string;
  readonly usage?: Partial<MessageUsage>;
  /** Nothing but pings come first, so many, with a pause after each event. */
  readonly silence?: { readonly pings: number; readonly pauseMs: number };
}

/** One turn for all requests, or a list of which the last repeats, or a function. */
export type TurnScript =
  | readonly [ScriptedTurn, ...ScriptedTurn[]]
  | ((request: MessagesRequest, index: number) => ScriptedTurn);

export interface AnthropicUpstream extends Pick<Upstream, 'url' | 'requests' | 'close'> {
  /** The requests that were answered with 200. */
  readonly accepted: readonly MessagesRequest[];
  /** The messages of the 400s. */
  readonly refusals: readonly string[];
  /** Places of thoughts that the API would drop, since what came before them was changed. */
  readonly dropped: readonly string[];
  /** Everything that was said, in order. */
  readonly said: readonly AnswerMessage[];
}

const USAGE: MessageUsage = {
  input_tokens: 12,
  cache_read_input_tokens: 100,
  cache_creation_input_tokens: 8,
  output_tokens: 30,
  output_tokens_details: { thinking_tokens: 10 },
};

const failure = (status: number, type: string, message: string): Answer => ({
  kind: 'json',
  status,
  headers: { 'request-id': 'req_test' },
  body: { type: 'error', error: { type, message }, request_id: 'req_test' },
});

const utter = (say: Say, id: string): RequestBlock[] => {
  if ('text' in say) return [{ type: 'text', text: say.text }];
  // Base64 with every character of its alphabet, as long as a real one is at least.
  const signature = Buffer.from(`${id}\xff\xfe\xfb${id.repeat(9)}`, 'latin1').toString('base64');
  if ('thinking' in say) return [{ type: 'thinking', thinking: say.thinking, signature }];
  if ('redacted' in say) return [{ type: 'redacted_thinking', data: signature + say.redacted }];
  if ('call' in say) {
    return [{ type: 'tool_use', id: `toolu_${id}`, name: say.call, input: { ...say.input } }];
  }
  const result = {
    type: 'web_search_result',
    title: 'One',
    url: 'https://example.com/',
    encrypted_content: signature,
  };
  return [
    { type: 'server_tool_use', id: `srvtoolu_${id}`, name: 'web_search', input: { query: say.search } },
    {
      type: 'web_search_tool_result',
      tool_use_id: `srvtoolu_${id}`,
      content: [{ ...result, type: 'web_search_result', page_age: null }],
    },
  ];
};

/** Starts a double of `POST /v1/messages` that refuses what the real one refuses, in its words. */
export const startAnthropicUpstream = async (script: TurnScript): Promise<AnthropicUpstream> => {
  const ledger = createThoughtLedger();
  const accepted: MessagesRequest[] = [];
  const refusals: string[] = [];
  const dropped: string[] = [];
  const said: AnswerMessage[] = [];

  const turnAt = (request: MessagesRequest, index: number): ScriptedTurn =>
    typeof script === 'function'
      ? script(request, index)
      : (script[Math.min(index, script.length - 1)] ?? script[0]);

  const reply = (request: MessagesRequest, turn: ScriptedTurn): AnswerMessage => {
    const index = accepted.length;
    const content = turn.say.flatMap((say, place) => utter(say, `${index}a${place}`));
    const stops = content.some(({ type }) => type === 'tool_use') ? 'tool_use' : 'end_turn';
    ledger.note(request, content);
    return {
      id: `msg_${index}`,
      type: 'message',
      role: 'assistant',
      model: request.model,
      content,
      stop_reason: turn.stopReason ?? stops,
      stop_sequence: null,
      usage: { ...USAGE, ...turn.usage },
    };
  };

  const answer = (recorded: RecordedRequest): Answer => {
    const { headers, url } = recorded;
    if (!/^\/v1\/messages(?:\?|$)/.test(url)) return failure(404, 'not_found_error', `Not found: ${url}`);
    if (headers['x-api-key'] === undefined && headers.authorization === undefined) {
      return failure(401, 'authentication_error', 'x-api-key header is required');
    }
    try {
      if (headers['anthropic-version'] === undefined)
        throw new Error('anthropic-version: header is required');
      const request = parseRequest(recorded.json());
      checkModel(request, String(headers['anthropic-beta'] ?? '').split(','));
      checkConversation(request);
      dropped.push(...ledger.check(request));
      const turn = turnAt(request, accepted.length);
      const message = reply(request, turn);
      accepted.push(request);
      said.push(message);
      if (request.stream !== true) return { kind: 'json', body: message };
      const { pings = 0, pauseMs = 0 } = turn.silence ?? {};
      const given = { 'request-id': 'req_test' };
      return { kind: 'sse', events: eventsOf(message, pings), headers: given, pauseMs };
    } catch (error) {
      const message = error instanceof Error ? error.message : String(error);
      refusals.push(message);
      return failure(400, 'invalid_request_error', message);
    }
  };

  const upstream = await startUpstream(answer);
  return {
    url: upstream.url,
    requests: upstream.requests,
    close: upstream.close,
    accepted,
    refusals,
    dropped,
    said,
  };
};
