import type { Upstream } from '../../providers/upstream.ts';

/** Google's clients may send their key in the query. */
const withoutKey = (path: string): string => {
  const start = path.indexOf('?');
  if (start === -1) return path;
  const rest = path
    .slice(start + 1)
    .split('&')
    .filter((parameter) => !/^key(?:=|$)/.test(parameter));
  return path.slice(0, start) + (rest.length > 0 ? `?${rest.join('&')}` : '');
};

const startsWithPath = (path: string, prefix: string): boolean =>
  path.startsWith(prefix) && /^[/?]|^$/.test(path.slice(prefix.length));

/**
 * Where a provider is asked natively. Clients write its base path out (`/v1/messages`), or leave it to the
 * base URL that they are given: either way it is there once.
 * @param path after the provider's name, with the query
 * @returns below the upstream's base URL
 */
export const nativePath = (path: string, { baseUrl, credential }: Upstream): string => {
  const base = baseUrl.pathname.replace(/\/$/, '');
  const spoken =
    credential?.kind === 'own' && credential.header === 'x-goog-api-key' ? withoutKey(path) : path;
  if (base !== '' && startsWithPath(spoken, base)) return spoken.slice(base.length);
  return base.endsWith('/v1') && startsWithPath(spoken, '/v1') ? spoken.slice('/v1'.length) : spoken;
};
