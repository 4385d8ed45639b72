import type { ItemCollector } from './collect-items.ts';
import { responseObject } from './response-object.ts';

export interface Interruption {
  readonly responseId: string;
  readonly model: string | undefined;
  readonly nowMs: number;
  /** Of the first frame. */
  readonly sequenceNumber: number;
  readonly items: ItemCollector;
  readonly kind: 'interrupt' | 'cancel';
}

/**
 * What ends an answer that its client has interrupted: finished items count, begun ones do not, and the
 * conversation can go on from its id.
 * @returns events, as JSON
 */
export const interruptionFrames = (interruption: Interruption): Buffer[] => {
  const { responseId, model, nowMs, items, kind } = interruption;
  let sequence_number = interruption.sequenceNumber;
  const frames: Buffer[] = [];
  const tell = (event: object): void => {
    frames.push(Buffer.from(JSON.stringify({ ...event, sequence_number: sequence_number++ })));
  };

  if (kind === 'interrupt') {
    tell({ type: 'response.interrupt.accepted', response_id: responseId });
    for (const { outputIndex, itemId } of items.unfinished()) {
      tell({
        type: 'response.output_item.interrupted',
        response_id: responseId,
        item_id: itemId,
        output_index: outputIndex,
      });
    }
  }
  const response = responseObject({
    id: responseId,
    model,
    createdAtMs: nowMs,
    status: 'incomplete',
    reason: kind === 'interrupt' ? 'interrupted' : 'cancelled',
    output: items.finished(),
  });
  frames.push(
    Buffer.from(`{"type":"response.incomplete","sequence_number":${sequence_number},"response":${response}}`),
  );
  return frames;
};
