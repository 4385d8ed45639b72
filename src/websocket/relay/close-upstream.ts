import type { WebSocket } from 'ws';
import { isSendableCode } from '../close-codes.ts';

/** Closes the upstream's end as the client's was closed; codes that only stand for a lack of one are not sent. */
export const closeUpstream = (ws: WebSocket, code: number, reason: Buffer | string): void => {
  if (ws.readyState !== ws.OPEN) return;
  // A paused connection would not see the answer to its close.
  ws.resume();
  if (isSendableCode(code)) ws.close(code, reason);
  else ws.close();
};
