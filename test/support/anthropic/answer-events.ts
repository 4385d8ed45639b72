import type { RequestBlock } from './request-schema.ts';

export interface MessageUsage {
  readonly input_tokens: number;
  readonly cache_read_input_tokens: number;
  readonly cache_creation_input_tokens: number;
  readonly output_tokens: number;
  readonly output_tokens_details?: { readonly thinking_tokens: number };
}

/** An answer, as its JSON form has it. */
export interface AnswerMessage {
  readonly id: string;
  readonly type: 'message';
  readonly role: 'assistant';
  readonly model: string;
  readonly content: readonly RequestBlock[];
  readonly stop_reason: string;
  readonly stop_sequence: null;
  readonly usage: MessageUsage;
}

type MessageEvent = { readonly type: string } & Readonly<Record<string, unknown>>;

/** Pieces that end where a reader would least like it. */
const piecesOf = (text: string): string[] => text.match(/[\s\S]{1,7}/gu) ?? [''];

interface Piecewise {
  readonly start: object;
  readonly deltas: readonly object[];
}

const cut = (block: RequestBlock): Piecewise => {
  switch (block.type) {
    case 'text':
      return {
        start: { type: 'text', text: '' },
        deltas: piecesOf(block.text).map((text) => ({ type: 'text_delta', text })),
      };
    case 'thinking':
      return {
        start: { type: 'thinking', thinking: '', signature: '' },
        deltas: [
          ...piecesOf(block.thinking).map((thinking) => ({ type: 'thinking_delta', thinking })),
          { type: 'signature_delta', signature: block.signature },
        ],
      };
    case 'tool_use':
    case 'server_tool_use':
      return {
        start: { ...block, input: {} },
        deltas: ['', ...piecesOf(JSON.stringify(block.input))].map((partial_json) => ({
          type: 'input_json_delta',
          partial_json,
        })),
      };
    default:
      return { start: block, deltas: [] };
  }
};

/**
 * The events of the same answer as a stream.
 * @param silence how many pings come before anything is said
 */
export const eventsOf = (message: AnswerMessage, silence = 0): MessageEvent[] => {
  const { content, stop_reason, usage, ...head } = message;
  const begun = { ...usage, output_tokens: 1, output_tokens_details: undefined };
  return [
    {
      type: 'message_start',
      message: { ...head, content: [], stop_reason: null, stop_sequence: null, usage: begun },
    },
    ...Array.from({ length: silence }, () => ({ type: 'ping' })),
    ...content.flatMap((block, index): MessageEvent[] => {
      const { start, deltas } = cut(block);
      return [
        { type: 'content_block_start', index, content_block: start },
        { type: 'ping' },
        ...deltas.map((delta) => ({ type: 'content_block_delta', index, delta })),
        { type: 'content_block_stop', index },
      ];
    }),
    { type: 'message_delta', delta: { stop_reason, stop_sequence: null }, usage },
    { type: 'message_stop' },
  ];
};
