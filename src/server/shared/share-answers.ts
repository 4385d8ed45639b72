import type { AnswerStore } from '../../postgres/kept-answers.ts';
import type { Place, ResponseHistory } from '../../translate/response-history.ts';

/** Keeps answers also where other gateways find them. */
export const shareAnswers = (history: ResponseHistory, store: Pick<AnswerStore, 'put'>): ResponseHistory => {
  /** Which answer has led to a place. */
  const ids = new WeakMap<Place, string>();
  return {
    take: (responseId) => {
      const place = history.take(responseId);
      if (place) ids.set(place, responseId);
      return place;
    },
    giveBack: (place) => history.giveBack(place),
    has: (responseId) => history.has(responseId),
    ownerOf: (itemId) => history.ownerOf(itemId),
    add: (responseId, previous, items, itemIds = []) => {
      history.add(responseId, previous, items, itemIds);
      store.put({ id: responseId, previousId: previous && ids.get(previous), itemIds, items });
    },
    clear: () => history.clear(),
    get bytes() {
      return history.bytes;
    },
  };
};
