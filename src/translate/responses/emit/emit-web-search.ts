import type { ResponseFunctionWebSearch } from 'openai/resources/responses/responses';
import type { Emit } from './emitted-event.ts';

/** Tells of a search that the provider has made, which is over when it is heard of. */
export const emitWebSearch = (
  emit: Emit,
  id: string,
  place: number,
  query: string | undefined,
): ResponseFunctionWebSearch => {
  const item = (status: ResponseFunctionWebSearch['status']): ResponseFunctionWebSearch => ({
    id,
    type: 'web_search_call',
    status,
    action: { type: 'search', ...(query !== undefined && { query }) },
  });
  const at = { item_id: id, output_index: place };
  emit({ type: 'response.output_item.added', output_index: place, item: item('in_progress') });
  emit({ type: 'response.web_search_call.in_progress', ...at });
  emit({ type: 'response.web_search_call.searching', ...at });
  emit({ type: 'response.web_search_call.completed', ...at });
  const done = item('completed');
  emit({ type: 'response.output_item.done', output_index: place, item: done });
  return done;
};
