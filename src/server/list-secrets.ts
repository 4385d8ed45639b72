import type { GatewayConfig } from '../config/load-config.ts';

const SECRET_HEADER = /auth|key|token|secret|cookie/;

/** What must not be written anywhere: all keys, and header lines of the user's own that may hold another. */
export const listSecrets = ({ masterKey, providers }: GatewayConfig): readonly string[] => {
  const all = providers.flatMap(({ apiKey, headers }) => [
    apiKey,
    ...Object.entries(headers).flatMap(([name, value]) => (SECRET_HEADER.test(name) ? [value] : [])),
  ]);
  return [...new Set([masterKey, ...all])].filter((secret) => secret !== undefined);
};
