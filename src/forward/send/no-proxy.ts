const LOOPBACK = /^(?:localhost|127(?:\.\d+){3}|\[::1\])$/;

/**
 * True where `NO_PROXY` lists the host (`example.com` and `.example.com` also mean its subdomains, a port
 * narrows, `*` means all). Loopback is never reached through a proxy.
 */
export const bypassesProxy = (target: URL, noProxy: string | undefined): boolean => {
  const host = target.hostname.toLowerCase();
  if (LOOPBACK.test(host)) return true;
  const port = target.port || (target.protocol === 'https:' ? '443' : '80');
  return (noProxy ?? '')
    .toLowerCase()
    .split(/[\s,]+/)
    .filter(Boolean)
    .some((entry) => {
      if (entry === '*') return true;
      const [, name = '', entryPort] = /^(.*?)(?::(\d+))?$/.exec(entry) ?? [];
      if (entryPort !== undefined && entryPort !== port) return false;
      const domain = name.replace(/^\*?\./, '');
      return host === domain || host.endsWith(`.${domain}`);
    });
};
