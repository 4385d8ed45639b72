/**
 * What an upstream may not say to a client in the gateway's name: what pages may read its answers, which hosts
 * are to be asked by TLS alone, which data a browser shall drop.
 */
const FIELDS = new Set([
  'clear-site-data',
  'service-worker-allowed',
  'strict-transport-security',
  'public-key-pins',
  'set-cookie2',
  // The gateway says it itself.
  'x-content-type-options',
]);

/** The dashboard's session, also where it stands in a cookie without a name. */
const isOwnCookie = (value: string): boolean => /^[^;]*gomodel_/i.test(value);

/**
 * Whether a header line of an upstream's answer stays here.
 * @param name in lower case
 */
export const isKeptFromClients = (name: string, value: string): boolean =>
  FIELDS.has(name) ||
  name.startsWith('access-control-') ||
  name.startsWith('x-gomodel-') ||
  (name === 'set-cookie' && isOwnCookie(value));
