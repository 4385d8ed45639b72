/** Of an address such as `postgres://user:password@host:5432/name`, or with `?host=/run/postgresql`. */
const partsOf = (url: string) => {
  const { hostname, port, pathname, searchParams, password } = new URL(url);
  return { host: searchParams.get('host') ?? hostname, port, pathname, searchParams, password };
};

/** Host, port and name of a database, for messages: without user and password. */
export const placeOf = (url: string): string => {
  const { host, port, pathname } = partsOf(url);
  const name = pathname.slice(1);
  return `${host || 'localhost'}${port && `:${port}`}${name && `/${name}`}`;
};

const decode = (text: string): string => {
  try {
    return decodeURIComponent(text);
  } catch {
    return text;
  }
};

/** What of the address must not be shown anywhere. */
export const secretsOf = (url: string): readonly string[] => {
  const { password, searchParams } = partsOf(url);
  const all = [password, decode(password), searchParams.get('password') ?? ''];
  return all.filter((text) => text !== '');
};
