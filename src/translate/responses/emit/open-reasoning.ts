import type { ResponseReasoningItem } from 'openai/resources/responses/responses';
import { createCharacterJoiner } from '../../whole-characters.ts';
import type { Emit } from './emitted-event.ts';

/** A thought while it is being told. */
export interface OpenReasoning {
  text(delta: string): void;
  /** @param sealed what its provider wants back */
  end(sealed?: string): ResponseReasoningItem;
}

/**
 * The thought is one part of a summary, which clients show; a provider that tells of its thoughts at all
 * means them to be read.
 * @param place of the thought in the output
 */
export const openReasoning = (emit: Emit, id: string, place: number): OpenReasoning => {
  const joiner = createCharacterJoiner();
  let text: string | undefined;
  const at = { item_id: id, output_index: place, summary_index: 0 };
  emit({
    type: 'response.output_item.added',
    output_index: place,
    item: { id, type: 'reasoning', summary: [], status: 'in_progress' },
  });

  const tell = (delta: string): void => {
    if (delta === '') return;
    text += delta;
    emit({ type: 'response.reasoning_summary_text.delta', ...at, delta });
  };

  return {
    text: (delta) => {
      if (text === undefined) {
        text = '';
        const part = { type: 'summary_text' as const, text: '' };
        emit({ type: 'response.reasoning_summary_part.added', ...at, part });
      }
      tell(joiner.push(delta));
    },
    end: (sealed) => {
      if (text !== undefined) {
        tell(joiner.end());
        const part = { type: 'summary_text' as const, text };
        emit({ type: 'response.reasoning_summary_text.done', ...at, text });
        emit({ type: 'response.reasoning_summary_part.done', ...at, part });
      }
      const item: ResponseReasoningItem = {
        id,
        type: 'reasoning',
        summary: text === undefined ? [] : [{ type: 'summary_text', text }],
        ...(sealed !== undefined && { encrypted_content: sealed }),
        status: 'completed',
      };
      emit({ type: 'response.output_item.done', output_index: place, item });
      return item;
    },
  };
};
