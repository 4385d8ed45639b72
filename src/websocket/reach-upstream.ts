import { GatewayError } from '../base/errors.ts';
import type { WebSocketSetting } from '../config/settings.ts';
import type { UpstreamClient } from '../forward/send/create-upstream-client.ts';
import type { Upstream } from '../providers/upstream.ts';
import type { RefusingUpstreams } from './refusing-upstreams.ts';
import { type ConnectSettings, connectUpstream, type UpstreamSocket } from './relay/connect-upstream.ts';
import type { AdmittedUpgrade } from './session.ts';

export interface ReachDeps extends ConnectSettings {
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
  readonly setting: WebSocketSetting;
  readonly refusing: RefusingUpstreams;
}

/**
 * Finds out how the upstream of a new connection is reached: one round trip where it is not known yet.
 * @param left aborted where the client leaves meanwhile: then the attempt ends
 * @returns the upstream's end of the connection, or undefined where it is to be asked over HTTP, since it
 *   refuses this, or speaks another API, or has no key while other providers have
 * @throws GatewayError where only a relay is wanted, and the upstream does not take part in one
 */
export const reachUpstream = async (
  deps: ReachDeps,
  upgrade: AdmittedUpgrade,
  left: AbortSignal,
): Promise<UpstreamSocket | undefined> => {
  const { setting, refusing } = deps;
  const { baseUrl, native, credential } = upgrade.upstream;
  if (!native.includes('responses') || !credential) return undefined;
  if (setting === 'bridge' || (setting === 'auto' && refusing.has(baseUrl))) return undefined;

  const { agent } = deps.clientFor(upgrade.upstream);
  const handshake = await connectUpstream(deps, agent, upgrade, left);
  if (handshake.kind === 'open') return handshake;

  const status = handshake.kind === 'refused' ? (handshake.response.statusCode ?? 0) : undefined;
  if (handshake.kind === 'refused') handshake.response.destroy();
  if (setting === 'auto') {
    if (!left.aborted) refusing.add(baseUrl, status);
    return undefined;
  }
  if (handshake.kind === 'failed') throw handshake.error;
  throw new GatewayError(
    'websocket_not_supported',
    `${baseUrl.host} refused the WebSocket connection (${status}). Set WEBSOCKETS=auto, and it is asked over HTTP.`,
    { origin: 'upstream' },
  );
};
