import type { RequestHandler } from 'express';
import { checkCapacity } from '../../guard/check-capacity.ts';
import type { Recorder } from '../../log/capture/recorder.ts';
import type { UpgradeServer } from '../../websocket/serve-upgrades.ts';
import type { Share } from './share.ts';

/** Refuses what goes beyond the number of open exchanges, once no other worker has room. */
export const refuseBeyondShare =
  ({ active }: Pick<Recorder, 'active'>, share: Share): RequestHandler =>
  (_request, response, next) => {
    // How many there were when it came, it among them: those that come while it waits do not count.
    const open = active.size;
    if (open <= share.capacity.most) return next();
    share
      .reach(open)
      .then(() => {
        checkCapacity(open, share.capacity);
        // Who has left meanwhile is asked for no body.
        if (!response.closed) next();
      })
      .catch(next);
  };

/** The same for WebSocket connections, which are refused by those who serve them. */
export const reachFirst = (upgrades: UpgradeServer, share: Share): Pick<UpgradeServer, 'handle'> => ({
  handle: (request, socket, head) => {
    const open = upgrades.size + 1;
    if (open <= share.capacity.most) return upgrades.handle(request, socket, head);
    socket.on('error', () => socket.destroy());
    void share.reach(open).then(() => {
      if (!socket.destroyed) upgrades.handle(request, socket, head);
    });
  },
});
