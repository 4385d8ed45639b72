/** What a browser shows at the end of its way. */
interface Shown {
  readonly url: URL;
  readonly status: number;
  readonly text: string;
}

/** A browser without scripts: it keeps cookies by host and path, and follows redirects. */
export interface Browser {
  /** @param until stops before the first address for which it is true, which is not asked */
  open(url: string, until?: (url: URL) => boolean): Promise<Shown>;
  post(url: string, fields: Readonly<Record<string, string>>): Promise<Shown>;
  /** The cookies that it would send. */
  cookiesFor(url: URL): string;
}

interface Cookie {
  readonly host: string;
  readonly name: string;
  readonly value: string;
  readonly path: string;
}

const MAX_STEPS = 20;

const isWithin = (path: string, root: string): boolean =>
  path === root || path.startsWith(root.endsWith('/') ? root : `${root}/`);

const parseCookie = (line: string, url: URL): Cookie & { readonly isOver: boolean } => {
  const [pair = '', ...attributes] = line.split(';').map((part) => part.trim());
  const at = pair.indexOf('=');
  const find = (name: string): string | undefined =>
    attributes.find((one) => one.toLowerCase().startsWith(`${name}=`))?.slice(name.length + 1);
  const expires = find('expires');
  return {
    host: url.hostname,
    name: pair.slice(0, at),
    value: pair.slice(at + 1),
    path: find('path') ?? '/',
    isOver: find('max-age') === '0' || (expires !== undefined && Date.parse(expires) < Date.now()),
  };
};

export const createBrowser = (): Browser => {
  let cookies: Cookie[] = [];
  const keep = (line: string, url: URL): void => {
    const { isOver, ...cookie } = parseCookie(line, url);
    cookies = cookies.filter(
      ({ host, name, path }) => host !== cookie.host || name !== cookie.name || path !== cookie.path,
    );
    if (!isOver) cookies.push(cookie);
  };
  const cookiesFor = (url: URL): string =>
    cookies
      .filter(({ host, path }) => host === url.hostname && isWithin(url.pathname, path))
      .map(({ name, value }) => `${name}=${value}`)
      .join('; ');
  const ask = async (url: URL, init: RequestInit): Promise<Response> => {
    const response = await fetch(url, {
      ...init,
      redirect: 'manual',
      headers: { ...init.headers, cookie: cookiesFor(url) },
    });
    for (const line of response.headers.getSetCookie()) keep(line, url);
    return response;
  };
  const follow = async (first: string, init: RequestInit, until?: (url: URL) => boolean): Promise<Shown> => {
    let url = new URL(first);
    let next = init;
    for (let step = 0; step < MAX_STEPS; step++) {
      if (until?.(url)) return { url, status: 0, text: '' };
      const response = await ask(url, next);
      const text = await response.text();
      const refresh = /http-equiv="refresh" content="0;url=([^"]+)"/
        .exec(text)?.[1]
        ?.replaceAll('&amp;', '&');
      const location = response.headers.get('location') ?? refresh;
      if (location === null || location === undefined) return { url, status: response.status, text };
      url = new URL(location, url);
      next = {};
    }
    throw new Error(`more than ${MAX_STEPS} redirects from ${first}`);
  };
  return {
    open: (url, until) => follow(url, {}, until),
    post: (url, fields) => follow(url, { method: 'POST', body: new URLSearchParams(fields) }),
    cookiesFor,
  };
};
