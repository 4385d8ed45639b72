import type { JsonObject } from '../../base/json-object.ts';

/** A content block while it grows. */
export interface OpenBlock {
  /** @param delta such as `{type: 'text_delta', text}` */
  add(delta: JsonObject): void;
  /** Total: a block ends once. */
  end(): void;
}

export interface BlockQueue {
  /** @param block as `content_block_start` has it */
  open(block: JsonObject): OpenBlock;
}

interface QueuedBlock {
  readonly start: JsonObject;
  held: JsonObject[];
  hasBegun: boolean;
  hasEnded: boolean;
}

/**
 * Writes content blocks one after another, as the API does: clients take each for whole when the next begins.
 * A block that begins while an earlier one grows waits for its turn.
 */
export const createBlockQueue = (emit: (event: JsonObject) => void): BlockQueue => {
  const queue: QueuedBlock[] = [];
  let index = 0;

  const write = (): void => {
    for (let block = queue[0]; block !== undefined; block = queue[0]) {
      if (!block.hasBegun) {
        block.hasBegun = true;
        emit({ type: 'content_block_start', index, content_block: block.start });
      }
      for (const delta of block.held) emit({ type: 'content_block_delta', index, delta });
      block.held = [];
      if (!block.hasEnded) return;
      emit({ type: 'content_block_stop', index });
      queue.shift();
      index++;
    }
  };

  return {
    open: (start) => {
      const block: QueuedBlock = { start, held: [], hasBegun: false, hasEnded: false };
      queue.push(block);
      write();
      return {
        add: (delta) => {
          block.held.push(delta);
          write();
        },
        end: () => {
          if (block.hasEnded) return;
          block.hasEnded = true;
          write();
        },
      };
    },
  };
};
