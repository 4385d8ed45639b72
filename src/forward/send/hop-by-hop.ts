const HOP_BY_HOP = new Set([
  'connection',
  'keep-alive',
  'proxy-authenticate',
  'proxy-authorization',
  'proxy-connection',
  'te',
  'trailer',
  'transfer-encoding',
  'upgrade',
]);

/**
 * Decides which header fields end at this hop: the fixed ones and those that `Connection` names.
 * @param connection the value of the message's `Connection` field, if it has one
 * @returns a test for lower-case field names
 * @see RFC 9110 §7.6.1
 */
export const hopByHopFields = (connection: string | undefined): ((name: string) => boolean) => {
  if (!connection || /^(?:keep-alive|close)$/i.test(connection)) return (name) => HOP_BY_HOP.has(name);
  const named = new Set(connection.split(',').map((name) => name.trim().toLowerCase()));
  return (name) => HOP_BY_HOP.has(name) || named.has(name);
};
