import type { StreamEvent } from '../../../src/admin/api-types/stream.ts';
import { askAdmin } from './ask-admin.ts';

/** An event, and the id under which it came. */
export interface Told {
  readonly id: string;
  readonly event: StreamEvent;
}

/** Listens to a gateway's event stream. */
export const listenToStream = async (port: number, lastEventId?: string) => {
  const leave = new AbortController();
  const response = await askAdmin(port, 'audit/stream', {
    signal: leave.signal,
    ...(lastEventId === undefined ? {} : { headers: { 'last-event-id': lastEventId } }),
  });
  const reader = response.body?.pipeThrough(new TextDecoderStream()).getReader();
  const told: Told[] = [];
  let text = '';
  return {
    told,
    /** Reads on until an event fulfils the condition. */
    until: async (holds: (one: Told) => boolean): Promise<Told> => {
      for (;;) {
        const found = told.find(holds);
        if (found) return found;
        const { value, done } = (await reader?.read()) ?? { done: true, value: undefined };
        if (done) throw new Error('the stream ended');
        text += value;
        const frames = text.split('\n\n');
        text = frames.pop() ?? '';
        for (const frame of frames) {
          const [id = '', data = ''] = frame.split('\n');
          told.push({ id: id.slice('id: '.length), event: JSON.parse(data.slice('data: '.length)) });
        }
      }
    },
    leave: () => leave.abort(),
  };
};
