import { GatewayError } from './errors.ts';

/** Who a request is for, as a place in a tree of teams: `/team/alpha`. `/` stands for everybody. */
const SEGMENT = /^[A-Za-z0-9_~@+-][A-Za-z0-9._~@+-]{0,63}$/;
const MAX_DEPTH = 12;

/** @returns without a slash at its end; undefined if the text is not a user path */
export const parseUserPath = (text: string): string | undefined => {
  if (!text.startsWith('/')) return undefined;
  const path = text.length > 1 && text.endsWith('/') ? text.slice(0, -1) : text;
  if (path === '/') return path;
  const segments = path.slice(1).split('/');
  return segments.length <= MAX_DEPTH && segments.every((segment) => SEGMENT.test(segment))
    ? path
    : undefined;
};

/** @throws GatewayError invalid_request */
export const requireUserPath = (value: unknown, param: string): string => {
  const path = typeof value === 'string' ? parseUserPath(value.trim()) : undefined;
  if (path !== undefined) return path;
  throw new GatewayError(
    'invalid_request',
    `a user path is /, or up to ${MAX_DEPTH} names after slashes, such as /team/alpha, each of up to 64 letters, digits and . _ ~ @ + -; it is not ${JSON.stringify(value)?.slice(0, 100)}.`,
    { param },
  );
};

/** Whether a path is a subtree's root or lies below it. `/team/alphabet` is not below `/team/alpha`. */
export const isWithin = (path: string, root: string): boolean =>
  root === '/' || path === root || (path.startsWith(root) && path[root.length] === '/');
