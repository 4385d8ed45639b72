const TOKEN = /^[\w!#$%&'*+.^`|~-]{1,100}$/;

/** What has a meaning of its own, or holds a secret that must not become part of the log. */
const TAKEN = new Set([
  'authorization',
  'proxy-authorization',
  'cookie',
  'api-key',
  'x-api-key',
  'x-goog-api-key',
  'x-gomodel-key',
  'chatgpt-account-id',
  'host',
  'connection',
  'content-length',
  'content-type',
  'content-encoding',
  'transfer-encoding',
  'upgrade',
  'via',
]);

/** Whether a text has the form of a header field's name (RFC 9110 §5.6.2), and no endless one. */
export const isFieldName = (text: string): boolean => TOKEN.test(text);

/** Whether a text names a header field that requests may carry for the gateway to read. */
export const isHeaderName = (text: string): boolean => TOKEN.test(text) && !TAKEN.has(text.toLowerCase());
