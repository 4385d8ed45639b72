/** The gateway's own, as a user opens it. @param host absent: loopback */
export const urlOf = (host: string | undefined, port: number, isSecure: boolean): string => {
  const name = host === undefined || host === '0.0.0.0' || host === '::' ? 'localhost' : host;
  return `http${isSecure ? 's' : ''}://${name.includes(':') ? `[${name}]` : name}:${port}`;
};

/** In absolute form a request line names a host; only its path is of use here (RFC 9112 §3.2.2). */
export const toOriginForm = (target: string): string => {
  if (!URL.canParse(target)) return target;
  const { pathname, search } = new URL(target);
  return pathname + search;
};
