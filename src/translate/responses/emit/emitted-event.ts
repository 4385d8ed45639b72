import type {
  ResponseCustomToolCallItem,
  ResponseOutputItem,
  ResponseStreamEvent,
} from 'openai/resources/responses/responses';
import type { JsonObject } from '../../../base/json-object.ts';

type Without<Union, Member extends PropertyKey> = Union extends unknown ? Omit<Union, Member> : never;

type LifecycleType =
  | 'response.created'
  | 'response.in_progress'
  | 'response.completed'
  | 'response.incomplete'
  | 'response.failed';

export type OutputItem = ResponseOutputItem | ResponseCustomToolCallItem;

/** Events about one item of the output, in the types of OpenAI's own client. */
type ItemEvent = Without<
  Exclude<ResponseStreamEvent, { type: LifecycleType | 'response.queued' | 'error' }>,
  'sequence_number'
>;

/** A response as a whole. Its error code is the provider's own, which OpenAI's type does not know. */
export interface ResponseObject extends JsonObject {
  readonly id: string;
  readonly object: 'response';
  readonly status: 'in_progress' | 'completed' | 'incomplete' | 'failed';
  readonly output: readonly OutputItem[];
  readonly error: { readonly code: string; readonly message: string } | null;
  readonly incomplete_details: { readonly reason: 'max_output_tokens' | 'content_filter' } | null;
}

/** Without its sequence number. `type` is the first member, where readers look for it. */
export type EmittedEvent =
  | ItemEvent
  | { readonly type: LifecycleType; readonly response: ResponseObject }
  // OpenAI sends it in long silences; its types do not name it.
  | { readonly type: 'keepalive' };

export type Emit<Event = ItemEvent> = (event: Event) => void;
