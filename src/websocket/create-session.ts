import type { Clock } from '../base/time/clock.ts';
import type { Ask } from '../forward/retry/create-ask.ts';
import type { ChooseDestination, Placing } from '../forward/route/choose-destination.ts';
import type { Metering } from '../guard/limits/create-metering.ts';
import type { AllowanceOf } from '../guard/policies/create-allowances.ts';
import { createMemoryBudget } from '../log/capture/body-capture.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import type { Allowance } from '../providers/allowance.ts';
import { createResponseHistory } from '../translate/response-history.ts';
import { createBridgeSession } from './bridge/bridge-session.ts';
import type { ClientConnection } from './client/client-connection.ts';
import { createPlacedSession } from './place-messages.ts';
import { createRealtimeSession } from './realtime/realtime-session.ts';
import type { UpstreamSocket } from './relay/connect-upstream.ts';
import { createRelaySession } from './relay/relay-session.ts';
import type { AdmittedUpgrade, ConnectionContext, Session, WebSocketMode } from './session.ts';
import { createSwitchingSession } from './switch-session.ts';

export interface SessionDeps {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly chooseDestination: ChooseDestination;
  readonly placing: Placing;
  readonly allowanceOf: AllowanceOf;
  readonly ask: Ask;
  readonly metering: Metering;
  /** Bound of one message, and of the body that a conversation grows to. */
  readonly maxMessageBytes: number;
  /** After so long a bridged client is asked to connect anew. */
  readonly maxAgeMs: number;
  /** What all bridged conversations may take in memory. */
  readonly historyBytes: number;
}

/** @param upstreamSocket absent if the upstream is asked over HTTP */
type CreateSession = (
  upgrade: AdmittedUpgrade,
  connection: ClientConnection,
  upstreamSocket: UpstreamSocket | undefined,
) => Session;

const MAX_RESPONSES = 1_000;

/** Makes sessions that relay to an upstream's socket, or bridge to HTTP; one that relays may go over to a bridge. */
export const createSessionFactory = (deps: SessionDeps): CreateSession => {
  const { recorder, clock, chooseDestination, allowanceOf, ask, metering, maxMessageBytes } = deps;
  const budget = createMemoryBudget(deps.historyBytes);

  return (upgrade, connection, upstreamSocket) => {
    const allowance = (): Allowance => allowanceOf(upgrade.caller);
    const contextOf = (mode: WebSocketMode): ConnectionContext => ({
      recorder,
      clock,
      upgrade,
      mode,
      metering,
      allowance,
      destinationOf: ({ model, members }) =>
        chooseDestination({
          ...{ method: 'POST', headers: upgrade.headers, path: upgrade.path },
          ...{ model, members, allowance: allowance() },
        }),
    });
    const bridge = (): Session => {
      const history = createResponseHistory({
        maxBytes: maxMessageBytes,
        maxResponses: MAX_RESPONSES,
        budget,
      });
      const context = { ...contextOf('bridge'), history, ask, maxBodyBytes: maxMessageBytes };
      return createBridgeSession({ context, connection, maxAgeMs: deps.maxAgeMs });
    };
    const placed = (session: Session): Session => createPlacedSession(session, upgrade.headers, deps.placing);
    if (!upstreamSocket) return placed(bridge());
    const context = contextOf('relay');
    if (upgrade.realtime) return createRealtimeSession({ context, connection, upstreamSocket });
    return placed(
      createSwitchingSession(
        (onForeign) => createRelaySession({ context, connection, upstreamSocket, onForeign }),
        bridge,
      ),
    );
  };
};
