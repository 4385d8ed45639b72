import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { blocksOf, isThought, refuse } from './check-conversation.ts';
import { MODELS } from './check-model.ts';
import type { MessagesRequest, RequestBlock } from './request-schema.ts';

/** What the double has said, so that it knows its own again. */
interface Said {
  readonly blocks: readonly RequestBlock[];
  /** The conversation that it answered. */
  readonly prefix: string;
}

export interface ThoughtLedger {
  note(request: MessagesRequest, blocks: readonly RequestBlock[]): void;
  /**
   * Checks that what comes back is what was said, signatures above all.
   * @returns the thoughts that the API would drop, since the conversation before them has changed
   * @throws Error with the API's words
   */
  check(request: MessagesRequest): string[];
}

const keyOf = (block: RequestBlock): string =>
  block.type === 'thinking' ? block.signature : block.type === 'redacted_thinking' ? block.data : '';

/** Markers of the cache and thoughts are no part of what a thought is bound to. */
const fingerprint = ({ system, tools }: MessagesRequest, messages: MessagesRequest['messages']): string => {
  const plain = messages.map((message) => ({
    role: message.role,
    content: blocksOf(message).filter((block) => !isThought(block)),
  }));
  const text = JSON.stringify({ system, tools, plain }, (name, value) =>
    name === 'cache_control' ? undefined : value,
  );
  return createHash('sha256').update(text).digest('hex');
};

const withoutCache = (block: RequestBlock): object => {
  const { cache_control: _mark, ...rest }: { cache_control?: unknown } & object = block;
  return rest;
};

export const createThoughtLedger = (): ThoughtLedger => {
  const said = new Map<string, Said>();
  const bySignature = new Map<string, RequestBlock>();

  const checkLatest = ({ messages }: MessagesRequest): void => {
    const place = messages.findLastIndex(({ role }) => role === 'assistant');
    const latest = messages[place];
    if (latest === undefined) return;
    const blocks = blocksOf(latest);
    const call = blocks.find((block) => block.type === 'tool_use');
    const original = call?.type === 'tool_use' ? said.get(call.id) : undefined;
    if (original === undefined) return;
    if (!isDeepStrictEqual(blocks.filter(isThought), original.blocks.filter(isThought))) {
      refuse(
        `messages.${place}.content.0: \`thinking\` or \`redacted_thinking\` blocks in the latest assistant message cannot be modified. These blocks must remain as they were in the original response.`,
      );
    }
    if (!isDeepStrictEqual(blocks.map(withoutCache), original.blocks.map(withoutCache))) {
      refuse(`messages.${place}: is not what was answered: ${JSON.stringify(blocks)}`);
    }
  };

  const checkBudgetTurn = ({ messages, thinking }: MessagesRequest): void => {
    if (thinking?.type !== 'enabled') return;
    const start = messages.findLastIndex(
      (message) => message.role === 'user' && blocksOf(message).some(({ type }) => type !== 'tool_result'),
    );
    const place = messages.findIndex(({ role }, index) => index > start && role === 'assistant');
    const message = messages[place];
    const [first] = message === undefined ? [] : blocksOf(message);
    if (first !== undefined && !isThought(first)) {
      refuse(
        `messages.${place}.content.0.type: Expected \`thinking\` or \`redacted_thinking\`, but found \`${first.type}\`. When \`thinking\` is enabled, a final \`assistant\` message must start with a thinking block.`,
      );
    }
  };

  return {
    note: (request, blocks) => {
      const entry = { blocks, prefix: fingerprint(request, request.messages) };
      for (const block of blocks) {
        if (block.type === 'tool_use') said.set(block.id, entry);
        if (!isThought(block)) continue;
        said.set(keyOf(block), entry);
        bySignature.set(keyOf(block), block);
      }
    },
    check: (request) => {
      const dropped: string[] = [];
      for (const [place, message] of request.messages.entries()) {
        for (const [at, block] of blocksOf(message).entries()) {
          if (!isThought(block)) continue;
          const path = `messages.${place}.content.${at}`;
          if (!isDeepStrictEqual(bySignature.get(keyOf(block)), block)) {
            refuse(`${path}: Invalid \`signature\` in \`thinking\` block`);
          }
          const prefix = fingerprint(request, request.messages.slice(0, place));
          if (MODELS[request.model]?.preserved === true && said.get(keyOf(block))?.prefix !== prefix) {
            dropped.push(path);
          }
        }
      }
      const { thinking } = request;
      const binding =
        thinking !== undefined && 'block_binding' in thinking ? thinking.block_binding : undefined;
      if (dropped.length > 0 && binding?.prefix_mismatch_behavior !== 'drop_block') {
        refuse(
          `${dropped[0]}: Invalid \`signature\` in \`thinking\` block. The block is bound to a different conversation.`,
        );
      }
      checkLatest(request);
      checkBudgetTurn(request);
      return dropped;
    },
  };
};
