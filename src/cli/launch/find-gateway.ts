import type { GatewayConfig } from '../../config/load-config.ts';
import { findLivingGateway } from '../running-instances.ts';
import { addressOverTls } from './reach-over-tls.ts';

/** A gateway that a run of Codex or Claude Code can use. */
export interface UsableGateway {
  /** Ending in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
  /** Whether it asks for a key. */
  readonly isGuarded: boolean;
}

/**
 * The running gateway of a data folder, where its key is known or it asks for none.
 * @throws GatewayError command_failed where its certificate carries no name that reaches it
 */
export const findGateway = async ({
  dataDir,
  masterKey,
  publicUrl,
}: Pick<GatewayConfig, 'dataDir' | 'masterKey' | 'publicUrl'>): Promise<UsableGateway | undefined> => {
  const running = await findLivingGateway(dataDir);
  if (!running || (running.isGuarded && masterKey === undefined)) return undefined;
  const { certificate } = running;
  const url = certificate === undefined ? running.url : await addressOverTls(running, certificate, publicUrl);
  // Neither client starts without a key; an open gateway takes any.
  return { baseUrl: `${url}/v1`, key: masterKey ?? 'none', isGuarded: running.isGuarded };
};
