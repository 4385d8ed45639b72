/** What stands for a password or key in an address that is shown. */
const HIDDEN = '[redacted]';

const SECRET_PARAMETER = /(?:key|token|secret|password|auth|authorization|sig|signature|credential)$/i;

/** True for the name of a query parameter whose value is a secret. */
export const isSecretParameter = (name: string): boolean => SECRET_PARAMETER.test(name);

/** Of a text that is no URL but looks like one: everything from `//` to the last `@` of the authority. */
const withoutAuthority = (text: string): string => {
  const start = text.indexOf('//');
  const from = start < 0 ? 0 : start + 2;
  const slash = text.indexOf('/', from);
  const at = text.lastIndexOf('@', slash < 0 ? text.length : slash);
  return at < from ? text : text.slice(0, from) + text.slice(at + 1);
};

/**
 * An address as it may be shown: without user and password, and without the values of query parameters that
 * are keys. Addresses are shown through this function alone: in the banner, `config`, `doctor`, the admin
 * API and error messages.
 */
export const showUrl = (address: string | URL): string => {
  const text = typeof address === 'string' ? address.trim() : address.href;
  if (!URL.canParse(text)) return withoutAuthority(text);
  const url = new URL(text);
  const hasSecret = [...url.searchParams.keys()].some(isSecretParameter);
  // An opaque one, `user:password@host`, is read as a scheme and a path: it has no authority.
  if (url.host === '' && url.protocol !== 'file:') return withoutAuthority(text);
  // The URL itself is only rewritten where something must go: its spelling is the user's.
  if (url.username === '' && url.password === '' && !hasSecret) return text;
  url.username = '';
  url.password = '';
  if (!hasSecret) {
    const shown = withoutAuthority(text);
    // Where the text has another reading than the parser's, the parser's counts.
    return URL.canParse(shown) && new URL(shown).href === url.href ? shown : url.href;
  }
  for (const name of new Set(url.searchParams.keys())) {
    if (isSecretParameter(name)) url.searchParams.set(name, HIDDEN);
  }
  return url.href.replaceAll(encodeURIComponent(HIDDEN), HIDDEN);
};
