import type { ResponseOutputMessage } from 'openai/resources/responses/responses';
import { createCharacterJoiner } from '../../whole-characters.ts';
import type { Emit } from './emitted-event.ts';

/** A message while it is being written. */
export interface OpenMessage {
  text(delta: string): void;
  refusal(delta: string): void;
  end(status: 'completed' | 'incomplete'): ResponseOutputMessage;
}

type PartType = 'output_text' | 'refusal';
type Part = ResponseOutputMessage['content'][number];

const partOf = (type: PartType, text: string): Part =>
  type === 'refusal' ? { type, refusal: text } : { type, text, annotations: [], logprobs: [] };

/** @param place of the message in the output */
export const openMessage = (emit: Emit, id: string, place: number): OpenMessage => {
  const joiner = createCharacterJoiner();
  const content: Part[] = [];
  let type: PartType | undefined;
  let text = '';
  const at = { item_id: id, output_index: place };
  const message = (status: ResponseOutputMessage['status']): ResponseOutputMessage => ({
    id,
    type: 'message',
    role: 'assistant',
    status,
    content,
  });
  emit({ type: 'response.output_item.added', output_index: place, item: message('in_progress') });

  const tell = (delta: string): void => {
    if (delta === '') return;
    text += delta;
    const within = { ...at, content_index: content.length };
    if (type === 'refusal') emit({ type: 'response.refusal.delta', ...within, delta });
    else emit({ type: 'response.output_text.delta', ...within, delta, logprobs: [] });
  };

  const endPart = (): void => {
    if (type === undefined) return;
    tell(joiner.end());
    const within = { ...at, content_index: content.length };
    const part = partOf(type, text);
    if (type === 'refusal') emit({ type: 'response.refusal.done', ...within, refusal: text });
    else emit({ type: 'response.output_text.done', ...within, text, logprobs: [] });
    emit({ type: 'response.content_part.done', ...within, part });
    content.push(part);
    type = undefined;
  };

  const write = (next: PartType, delta: string): void => {
    if (type !== next) {
      endPart();
      type = next;
      text = '';
      const part = partOf(next, '');
      emit({ type: 'response.content_part.added', ...at, content_index: content.length, part });
    }
    tell(joiner.push(delta));
  };

  return {
    text: (delta) => write('output_text', delta),
    refusal: (delta) => write('refusal', delta),
    end: (status) => {
      endPart();
      const item = message(status);
      emit({ type: 'response.output_item.done', output_index: place, item });
      return item;
    },
  };
};
