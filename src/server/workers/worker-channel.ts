import type { Worker } from 'node:cluster';
import type { Channel } from './link.ts';

/** Between a worker and its primary, the same from either end. */
export const channelOf = (worker: Worker): Channel => ({
  // Who has gone is told by `onEnd`, not by what could not be sent any more.
  send: (message) => {
    if (worker.isConnected()) worker.send(message as object, () => {});
  },
  onMessage: (listener) => {
    worker.on('message', listener);
  },
  onEnd: (listener) => {
    worker.once('disconnect', listener);
  },
});
