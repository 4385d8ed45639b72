import { type ByteRange, readString, scanMembers } from '../../json/scan-members.ts';
import { joinItems } from './compose-body.ts';

/** The output items of one answer, as its events tell of them. */
export interface ItemCollector {
  /** @param bytes the data of an event of this type */
  see(type: string, bytes: Buffer): void;
  /** The finished items in the order of the output: JSON separated by commas. */
  finished(): Buffer;
  /** The items that have begun and are not finished. */
  unfinished(): ReadonlyArray<{ readonly outputIndex: number; readonly itemId: string }>;
}

const readNumber = (bytes: Buffer, range: ByteRange | undefined): number | undefined => {
  const number = range ? Number(bytes.toString('latin1', range.start, range.end)) : Number.NaN;
  return Number.isFinite(number) ? number : undefined;
};

/**
 * Collects the items' own bytes from `response.output_item.done`: what comes with `response.completed` may
 * be empty (LESSONS 10).
 */
export const createItemCollector = (): ItemCollector => {
  const done = new Map<number, Buffer>();
  const begun = new Map<number, string>();

  return {
    see: (type, bytes) => {
      const isDone = type === 'response.output_item.done';
      if (!isDone && type !== 'response.output_item.added') return;
      const members = scanMembers(bytes);
      const item = members?.get('item');
      if (!members || !item) return;
      const index = readNumber(bytes, members.get('output_index')) ?? done.size;
      if (isDone) {
        begun.delete(index);
        done.set(index, bytes.subarray(item.start, item.end));
      } else {
        begun.set(index, readString(bytes, scanMembers(bytes, item)?.get('id')) ?? '');
      }
    },
    finished: () => {
      const inOrder = [...done].sort(([one], [other]) => one - other);
      return Buffer.concat(joinItems(inOrder.map(([, item]) => item)));
    },
    unfinished: () => [...begun].map(([outputIndex, itemId]) => ({ outputIndex, itemId })),
  };
};
