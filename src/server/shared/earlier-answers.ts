import type { Recall } from '../../forward/retry/recall-first.ts';
import { itemsUpTo, type ResponseHistory } from '../../translate/response-history.ts';

/** The items up to an answer, as JSON separated by commas; undefined where nothing is known of it. */
export const findEarlier = (history: ResponseHistory, id: string): Buffer | undefined => {
  const place = history.take(history.ownerOf(id) ?? id);
  if (!place) return undefined;
  const items = Buffer.from(itemsUpTo(place).join(','));
  history.giveBack(place);
  return items;
};

/**
 * Brings the items of an answer here that another process gave.
 * @param ask for what `findEarlier` gives there
 */
export const createRecall =
  (history: ResponseHistory, ask: (id: string) => Promise<Buffer | undefined>): Recall =>
  async (id) => {
    if (history.has(id) || history.ownerOf(id) !== undefined) return;
    const items = await ask(id);
    if (items) history.add(id, undefined, items, [id]);
  };
