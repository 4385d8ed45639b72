import { isObject, nonEmptyString } from '../../base/json-object.ts';
import type { JsonObject, ReasoningState } from '../ask.ts';

/** What the Responses API wants back as it gave it. */
export interface ResponsesState {
  /** A reasoning item, without its id: nothing is stored under that. */
  readonly item?: JsonObject;
  /** Of the message that follows: whether it is a comment on the way or the answer. */
  readonly phase?: string;
}

export const toReasoningState = (state: ResponsesState): ReasoningState => ({
  dialect: 'responses',
  data: { ...state },
});

/** @returns undefined if the state is another API's */
export const readReasoningState = (state: ReasoningState | undefined): ResponsesState | undefined => {
  if (state?.dialect !== 'responses') return undefined;
  const { item } = state.data;
  const phase = nonEmptyString(state.data.phase);
  return { ...(isObject(item) && { item }), ...(phase !== undefined && { phase }) };
};
