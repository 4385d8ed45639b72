import { fetchGateway } from '../../base/fetch-gateway.ts';
import type { ResolvedConfig } from '../../codex/edit/resolve-config.ts';
import type { Environment } from '../../config/data-dir.ts';
import type { RunningGateway } from '../ask-health.ts';
import { readVersion } from '../version.ts';

const WITHIN_MS = 5_000;

/** Whether the gateway lets a key in; it answers that by itself, and asks no upstream. */
const isTaken = async ({ url }: RunningGateway, key: string): Promise<boolean> => {
  const response = await fetchGateway(`${url}/v1/responses`, {
    method: 'HEAD',
    headers: { authorization: `Bearer ${key}`, 'user-agent': `gomodel-ts-doctor/${readVersion()}` },
    signal: AbortSignal.timeout(WITHIN_MS),
  });
  return response.status !== 401 && response.status !== 403;
};

/** A key of this shell that the running gateway takes, and the variable that holds it. */
export interface GatewayKey {
  readonly variable: string | undefined;
  readonly key: string;
}

/**
 * Tries the keys that this shell has, the gateway's own variable first.
 * @returns undefined where none of them is taken
 */
export const findGatewayKey = async (
  running: RunningGateway,
  resolved: ResolvedConfig | undefined,
  env: Environment,
): Promise<GatewayKey | undefined> => {
  if (!running.isGuarded) return { variable: undefined, key: env.GOMODEL_MASTER_KEY || 'none' };
  const named = resolved?.auth.kind === 'env' ? [resolved.auth.variable] : [];
  for (const variable of new Set(['GOMODEL_MASTER_KEY', ...named, 'OPENAI_API_KEY'])) {
    const key = env[variable];
    if (key && (await isTaken(running, key).catch(() => false))) return { variable, key };
  }
  return undefined;
};
