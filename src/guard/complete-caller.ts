import type { IncomingHttpHeaders } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import { POLICY_HEADER } from '../base/policy-header.ts';
import { isWithin, parseUserPath } from '../base/user-path.ts';
import type { TaggingHeader } from '../config/read-tagging.ts';
import type { Caller } from './caller.ts';
import type { ManagedKey } from './keys/managed-key.ts';
import { takeLabels } from './tagging-headers.ts';

export interface NamingSettings {
  /** The header field with a user path, in lower case. */
  readonly userPathHeader: string;
  readonly tagging: readonly TaggingHeader[];
}

/** @throws GatewayError invalid_request */
const takePath = (headers: IncomingHttpHeaders, name: string): string | undefined => {
  const value = headers[name];
  if (value === undefined) return undefined;
  // It speaks to this gateway, whatever it is called.
  delete headers[name];
  const path = typeof value === 'string' ? parseUserPath(value.trim()) : undefined;
  if (path !== undefined) return path;
  throw new GatewayError(
    'invalid_request',
    `the header field ${name} holds no user path: that is names after slashes, such as /team/alpha.`,
    { param: name },
  );
};

/** The key's own path wins; what the request says counts where the key lets it, and never leads out of the key's. */
const pathOf = (key: ManagedKey | undefined, sent: string | undefined): string => {
  const bound = key?.userPath ?? '/';
  const counts = sent !== undefined && (key === undefined || key.acceptsUserPath) && isWithin(sent, bound);
  return counts ? sent : bound;
};

/**
 * Adds to a caller what its key and its request say: for whom it asks, and under which labels.
 * @param key undefined for a caller without a managed key, whose requests may say any path
 * @throws GatewayError invalid_request
 */
export const completeCaller = (
  caller: Caller,
  key: ManagedKey | undefined,
  headers: IncomingHttpHeaders,
  { userPathHeader, tagging }: NamingSettings,
): Caller => {
  delete headers[POLICY_HEADER];
  const userPath = pathOf(key, takePath(headers, userPathHeader));
  const labels = [...new Set([...(key?.labels ?? []), ...takeLabels(headers, tagging)])];
  return userPath === caller.userPath && labels.length === 0 ? caller : { ...caller, userPath, labels };
};
