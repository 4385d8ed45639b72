import type { ResponsesEvent } from '../../../src/providers/demo/responses-answer.ts';
import { responsesStream, type StreamOptions } from './responses-stream.ts';

export interface Billed extends StreamOptions {
  /** What the web search tool did, one item each: `search`, `open_page`, `find_in_page`. */
  readonly actions?: readonly string[];
  /** Members of the response itself, such as its service tier. */
  readonly response?: object;
}

const itemOf = (action: string, place: number) => ({
  id: `ws_${place}`,
  type: 'web_search_call',
  status: 'completed',
  action: {
    type: action,
    ...(action === 'search' ? { query: 'weather', queries: ['weather'] } : { url: 'https://a.example/' }),
  },
});

/** A stream that answers `ok` after searches of the web, with what OpenAI says of the bill. */
export const billedStream = ({ actions = [], response: more = {}, ...options }: Billed): ResponsesEvent[] => {
  const items = actions.map(itemOf);
  const told = items.flatMap((item, place) => [
    {
      type: 'response.output_item.added',
      output_index: place,
      item: { ...item, status: 'in_progress', action: undefined },
    },
    { type: 'response.output_item.done', output_index: place, item },
  ]);
  const shifted = responsesStream([{ text: 'ok' }], options).map((event) => {
    const { output_index: place, response } = event;
    if (typeof place === 'number') return { ...event, output_index: place + items.length };
    if (typeof response !== 'object' || response === null || !('output' in response)) return event;
    const output = event.type === 'response.completed' ? [...items, ...(response.output as object[])] : [];
    return { ...event, response: { ...response, output, ...more } };
  });
  // Behind `created` and `in_progress`.
  const events: readonly { readonly type: string }[] = [...shifted.slice(0, 2), ...told, ...shifted.slice(2)];
  return events.map((event, number) => ({ ...event, sequence_number: number }));
};
