import { isObject, type JsonObject, nonEmptyString } from '../base/json-object.ts';
import { MAX_TOOL_CALLS } from './add-tool-name.ts';
import { type Breach, lostCall, repeatedCall, restartedStream } from './breach.ts';

/** Watches the blocks of one Messages stream, and notices where it does not give its calls whole. */
export interface BlockWatch {
  /** Whether the ends of blocks have to be read, too: a call has begun. */
  hasOpenCalls(): boolean;
  /** @returns what is wrong with this event, which must not reach a client then */
  see(event: JsonObject): Breach | undefined;
}

const isCall = (block: unknown): block is JsonObject =>
  isObject(block) && (block.type === 'tool_use' || block.type === 'server_tool_use');

/**
 * What no server of this API does: a second message in a stream, a call that begins twice, one that has not ended
 * when the message stops. Whether its input is whole is not looked at: a model that is cut off, or streams its input
 * finely, leaves it broken, and says so.
 * @see https://platform.claude.com/docs/en/agents-and-tools/tool-use/fine-grained-tool-streaming
 */
export const createBlockWatch = (): BlockWatch => {
  /** Names of calls by the index of their block. */
  const open = new Map<unknown, string>();
  const ids = new Set<string>();
  let hasContent = false;

  const begin = (index: unknown, block: unknown): Breach | undefined => {
    hasContent = true;
    if (!isCall(block)) return undefined;
    const name = nonEmptyString(block.name) ?? 'a tool';
    const id = nonEmptyString(block.id);
    if (open.has(index) || (id !== undefined && ids.has(id))) return repeatedCall(name);
    if (ids.size >= MAX_TOOL_CALLS) return undefined;
    if (id !== undefined) ids.add(id);
    open.set(index, name);
    return undefined;
  };

  return {
    hasOpenCalls: () => open.size > 0,
    see: (event) => {
      switch (event.type) {
        case 'message_start':
          return hasContent ? restartedStream() : undefined;
        case 'content_block_start':
          return begin(event.index, event.content_block);
        case 'content_block_stop':
          open.delete(event.index);
          return undefined;
        case 'message_stop': {
          const [lost] = open.values();
          return lost === undefined ? undefined : lostCall(lost);
        }
        default:
          return undefined;
      }
    },
  };
};
