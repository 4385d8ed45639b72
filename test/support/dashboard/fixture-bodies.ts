import type { BodyText } from '../../../src/admin/api-types/detail.ts';
import type { ConversationItem } from '../../../src/conversation/item.ts';
import type { FixtureExchange } from './fixture-exchange.ts';
import { turnOf } from './fixture-turn.ts';

const toWire = (item: ConversationItem): unknown => {
  switch (item.kind) {
    case 'message':
      return {
        type: 'message',
        role: item.role,
        content: item.parts.map((part) => ({
          type: item.role === 'assistant' ? 'output_text' : 'input_text',
          text: part.kind === 'text' ? part.text : '',
        })),
      };
    case 'reasoning':
      return {
        type: 'reasoning',
        summary: item.summary.map((text) => ({ type: 'summary_text', text })),
        encrypted_content: 'gAAAAABpIc…',
      };
    case 'toolCall':
      return item.custom
        ? { type: 'custom_tool_call', call_id: item.callId, name: item.name, input: item.arguments }
        : { type: 'function_call', call_id: item.callId, name: item.name, arguments: item.arguments };
    case 'toolOutput':
      return {
        type: 'function_call_output',
        call_id: item.callId,
        output: item.parts.map((part) => (part.kind === 'text' ? part.text : '')).join(''),
      };
    case 'unknown':
      return { type: item.type };
  }
};

const requestBody = (exchange: FixtureExchange): string => {
  const turn = turnOf(exchange, true);
  return JSON.stringify({
    model: exchange.entry.model,
    input: [...(turn.earlier ?? []), ...turn.items].map(toWire),
    tools: turn.tools.map((name) => ({
      type: 'function',
      name,
      strict: false,
      parameters: { type: 'object' },
    })),
    tool_choice: 'auto',
    parallel_tool_calls: false,
    reasoning: { effort: 'medium', summary: 'auto' },
    store: false,
    stream: true,
    include: ['reasoning.encrypted_content'],
    prompt_cache_key: exchange.entry.client.sessionId,
  });
};

const responseBody = (exchange: FixtureExchange): string => {
  const { entry } = exchange;
  if (entry.error && entry.response.finish !== 'truncated') {
    const { message, code } = entry.error;
    return JSON.stringify({ error: { message, type: 'invalid_request_error', code, param: null } });
  }
  const response = { id: entry.responseId, object: 'response', model: entry.model };
  let sequence = 0;
  const event = (type: string, data: object) =>
    `event: ${type}\ndata: ${JSON.stringify({ type, sequence_number: sequence++, ...data })}\n\n`;
  const items = turnOf(exchange, false).output.map((item, index) => {
    const wire = toWire(item);
    const text =
      item.kind === 'message' ? item.parts.map((part) => ('text' in part ? part.text : '')).join('') : '';
    // Some letters an event, as a model streams; more where the answer is very long.
    const length = Math.max(12, Math.ceil(text.length / 2000));
    const deltas = Array.from({ length: Math.ceil(text.length / length) }, (_, place) =>
      text.slice(place * length, (place + 1) * length),
    );
    return [
      event('response.output_item.added', { output_index: index, item: wire }),
      ...deltas.map((delta) => event('response.output_text.delta', { output_index: index, delta })),
      event('response.output_item.done', { output_index: index, item: wire }),
    ].join('');
  });
  const usage = entry.usage && {
    input_tokens: entry.usage.inputTokens,
    input_tokens_details: { cached_tokens: entry.usage.cachedInputTokens },
    output_tokens: entry.usage.outputTokens,
    output_tokens_details: { reasoning_tokens: entry.usage.reasoningTokens },
    total_tokens: entry.usage.totalTokens,
  };
  return [
    event('response.created', { response: { ...response, status: 'in_progress' } }),
    ...items,
    ...(entry.response.finish === 'completed'
      ? [event('response.completed', { response: { ...response, status: 'completed', usage, output: [] } })]
      : []),
  ].join('');
};

/** What the log kept of a body; undefined where there was none. */
export const storedBody = (exchange: FixtureExchange, which: 'request' | 'response'): string | undefined => {
  if (exchange.entry.method === 'GET' && which === 'request') return undefined;
  if (exchange.turn) return which === 'request' ? requestBody(exchange) : responseBody(exchange);
  const { model, error } = exchange.entry;
  if (which === 'request') return JSON.stringify({ model, input: 'What is the capital of Poland?' });
  return JSON.stringify(error ? { error } : { object: 'list', data: [{ id: model, object: 'model' }] });
};

export const bodyText = (body: string | undefined, limit: number): { body?: BodyText } =>
  body === undefined
    ? {}
    : {
        body: {
          text: body.slice(0, limit),
          bytes: Buffer.byteLength(body),
          shortened: body.length > limit,
          cutOff: false,
          notUtf8: body.includes('\uFFFD'),
        },
      };
