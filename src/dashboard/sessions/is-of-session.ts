import type { StreamEvent } from '../../admin/api-types/stream.ts';

/** Whether an event changes what is told of a session; a client that names no session goes by its thread. */
export const isOfSession = (event: StreamEvent, session: string): boolean =>
  'record' in event &&
  event.type !== 'update' &&
  (event.record.client.sessionId ?? event.record.client.threadId) === session;
