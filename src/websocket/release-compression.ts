import type { WebSocket } from 'ws';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * Gives back what `ws` keeps for compression from one message to the next: 70 KB to inflate and 260 KB to
 * deflate, on every connection that has once used it. No context is agreed on that would have to last, so
 * both are made anew for the next message. Only to be called from a `message` listener, when nothing is
 * being sent: then no stream of theirs is in use.
 *
 * `ws` has no public name for it; where a later version has none at all, the memory stays.
 */
export const releaseCompression = (ws: WebSocket): void => {
  const extensions: unknown = Reflect.get(ws, '_extensions');
  const deflate: unknown = isObject(extensions) ? Reflect.get(extensions, 'permessage-deflate') : undefined;
  const cleanup: unknown = isObject(deflate) ? Reflect.get(deflate, 'cleanup') : undefined;
  if (typeof cleanup === 'function') Reflect.apply(cleanup, deflate, []);
};
