import type { IncomingMessage } from 'node:http';
import { GatewayError } from '../base/errors.ts';
import type { WebSocketSetting } from '../config/settings/request-settings.ts';
import { redirected } from '../forward/send/check-status.ts';
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

/** How the upstream of a new connection is reached. */
export type Reached =
  | UpstreamSocket
  /** It is asked over HTTP: it speaks no WebSocket or another API, or has no key while other providers have. */
  | { readonly kind: 'bridge' }
  /** It refused the client's own sign-in, or Realtime: its answer is the client's to read. */
  | { readonly kind: 'refused'; readonly response: IncomingMessage };

/** What only the client can mend, by renewing its sign-in or by waiting. */
const OF_THE_SIGN_IN: ReadonlySet<number> = new Set([401, 403, 429]);

const BRIDGE = { kind: 'bridge' } as const;

/** No other transport has the Realtime API: whatever its upstream answers is the client's to read. */
const reachRealtime = async (
  deps: ReachDeps,
  upgrade: AdmittedUpgrade,
  left: AbortSignal,
): Promise<Reached> => {
  const handshake = await connectUpstream(deps, deps.clientFor(upgrade.upstream).agent, upgrade, left);
  if (handshake.kind === 'failed') throw handshake.error;
  return handshake;
};

/**
 * Finds out how the upstream of a new connection is reached: one round trip where it is not known yet.
 * @param left aborted where the client leaves meanwhile: then the attempt ends
 * @throws GatewayError where only a relay is wanted, and the upstream does not take part in one
 */
export const reachUpstream = async (
  deps: ReachDeps,
  upgrade: AdmittedUpgrade,
  left: AbortSignal,
): Promise<Reached> => {
  if (upgrade.realtime) return reachRealtime(deps, upgrade, left);
  const { setting, refusing } = deps;
  const { baseUrl, native, credential } = upgrade.upstream;
  if (!native.includes('responses') || !credential || setting === 'bridge') return BRIDGE;
  // A signature belongs to one request.
  if (credential.kind === 'signed') return BRIDGE;
  if (setting === 'auto' && refusing.has(upgrade)) return BRIDGE;

  const { agent } = deps.clientFor(upgrade.upstream);
  const handshake = await connectUpstream(deps, agent, upgrade, left);
  if (handshake.kind === 'open') return handshake;

  const status = handshake.kind === 'refused' ? (handshake.response.statusCode ?? 0) : undefined;
  if (handshake.kind === 'refused') {
    if (credential.kind === 'client' && OF_THE_SIGN_IN.has(status ?? 0)) return handshake;
    handshake.response.destroy();
  }
  const isRedirect = status !== undefined && status >= 300 && status < 400;
  if (setting === 'auto') {
    if (!left.aborted) refusing.add(upgrade, status);
    return BRIDGE;
  }
  if (handshake.kind === 'failed') throw handshake.error;
  if (isRedirect) throw redirected(handshake.response, upgrade.upstream);
  throw new GatewayError(
    'websocket_not_supported',
    `${baseUrl.host} refused the WebSocket connection (${status}). Set WEBSOCKETS=auto to ask it over HTTP.`,
    { origin: 'upstream' },
  );
};
