import { GatewayError } from '../../base/errors.ts';
import type { Upstream } from '../../providers/upstream.ts';

const STORED = /^\/responses\/(?!compact(?:[/?]|$)|input_tokens(?:[/?]|$))([^/?]+)/;

/**
 * Refuses to read, cancel or delete a stored response where the provider has no Responses API and so has
 * stored none. Its own 404 would say only that there is no such page.
 * @param path below `/v1`
 * @throws GatewayError response_not_found
 */
export const refuseStored = (path: string, { name, native, dialect }: Upstream): void => {
  const [, id] = STORED.exec(path) ?? [];
  if (id === undefined || dialect === undefined || native.includes('responses')) return;
  throw new GatewayError(
    'response_not_found',
    `Response with id '${id.slice(0, 100)}' not found: ${name} stores none. The gateway keeps answers in memory for \`previous_response_id\` alone, so that they cannot be read again, cancelled or deleted by their id.`,
  );
};
