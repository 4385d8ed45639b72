import type { WebSocket } from 'ws';

const isObject = (value: unknown): value is object => typeof value === 'object' && value !== null;

/**
 * What `ws` compresses and inflates the messages of a connection with. It has no public name.
 * @returns undefined if nothing is compressed, or a later version of `ws` calls it something else
 */
export const compressionOf = (ws: WebSocket): object | undefined => {
  const extensions: unknown = Reflect.get(ws, '_extensions');
  const deflate: unknown = isObject(extensions) ? Reflect.get(extensions, 'permessage-deflate') : undefined;
  return isObject(deflate) ? deflate : undefined;
};

/**
 * Gives back what `ws` keeps for compression from one message to the next: 70 KB to inflate and 260 KB to
 * deflate, on every connection that has once used it. No context is agreed on that would have to last, so
 * both are made anew for the next message. Only to be called from a `message` listener, when nothing is
 * being sent: then no stream of theirs is in use.
 */
export const releaseCompression = (ws: WebSocket): void => {
  const deflate = compressionOf(ws);
  const cleanup: unknown = deflate && Reflect.get(deflate, 'cleanup');
  if (typeof cleanup === 'function') Reflect.apply(cleanup, deflate, []);
};
