import { isObject, type JsonObject, nonEmptyString, parseJson, wordOf } from '../../base/json-object.ts';
import type { OutputCollector } from './collect-responses-items.ts';

interface Draft {
  readonly block: Record<string, unknown>;
  /** JSON in pieces, which become the block's `input`. */
  json: string;
  isWhole: boolean;
}

const TEXTS: Readonly<Record<string, string>> = {
  text_delta: 'text',
  thinking_delta: 'thinking',
  signature_delta: 'signature',
};

/** Rebuilds the message of a stream of Anthropic's Messages API. */
export const collectMessage = (): OutputCollector => {
  const drafts = new Map<unknown, Draft>();
  let message: JsonObject | undefined;
  let isWhole = false;

  const grow = (draft: Draft, delta: JsonObject): void => {
    const field = TEXTS[wordOf(delta.type)];
    const piece = field === undefined ? undefined : nonEmptyString(delta[field]);
    if (field !== undefined && piece !== undefined) {
      draft.block[field] = (nonEmptyString(draft.block[field]) ?? '') + piece;
    }
    if (delta.type === 'input_json_delta') draft.json += nonEmptyString(delta.partial_json) ?? '';
  };
  const blockOf = ({ block, json, isWhole: isEnded }: Draft): JsonObject => ({
    ...block,
    ...(json !== '' && { input: parseJson(json) ?? json }),
    ...(!isEnded && { status: 'incomplete' }),
  });

  return {
    apply: (event) => {
      const draft = drafts.get(event.index);
      if (event.type === 'message_start' && isObject(event.message)) message = event.message;
      else if (event.type === 'content_block_start' && isObject(event.content_block)) {
        drafts.set(event.index, { block: { ...event.content_block }, json: '', isWhole: false });
      } else if (event.type === 'content_block_delta' && draft && isObject(event.delta)) {
        grow(draft, event.delta);
      } else if (event.type === 'content_block_stop' && draft) draft.isWhole = true;
      else if (event.type === 'message_stop') isWhole = true;
    },
    output: () => {
      if (message === undefined) return [];
      const content = [...drafts.values()].map(blockOf);
      return [{ ...message, content, ...(!isWhole && { status: 'incomplete' }) }];
    },
  };
};
