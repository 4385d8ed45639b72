import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { WebSocket } from 'ws';
import { GatewayError } from '../base/errors.ts';
import { toGatewayError } from '../base/to-gateway-error.ts';
import type { BodyBudget } from '../coding/body-budget.ts';
import type { WebSocketSetting } from '../config/settings/request-settings.ts';
import type { UpstreamClient } from '../forward/send/create-upstream-client.ts';
import type { Caller } from '../guard/caller.ts';
import type { Upstream } from '../providers/upstream.ts';
import { type AdmitUpgradeDeps, admitUpgrade } from './admit-upgrade.ts';
import { createAcceptClient } from './client/accept-client.ts';
import { type ClientConnection, createClientConnection } from './client/client-connection.ts';
import { watchClient } from './client/watch-client.ts';
import { INTERNAL_ERROR, TRY_AGAIN_LATER } from './close-codes.ts';
import { createSessionFactory, type SessionDeps } from './create-session.ts';
import { reachUpstream } from './reach-upstream.ts';
import { refuseUpgrade } from './refuse-upgrade.ts';
import { createRefusingUpstreams } from './refusing-upstreams.ts';
import { relayedLines, type UpstreamSocket } from './relay/connect-upstream.ts';
import { relayRefusal } from './relay/relay-refusal.ts';
import type { AdmittedUpgrade, Session } from './session.ts';

export interface UpgradeServerDeps extends AdmitUpgradeDeps, SessionDeps {
  readonly clientFor: (upstream: Upstream) => UpstreamClient;
  /** Of all bodies in memory. */
  readonly bodies: BodyBudget;
  readonly setting: WebSocketSetting;
  readonly via: string;
  readonly isClosing: () => boolean;
  readonly handshakeTimeoutMs: number;
  /** How often clients and upstreams are asked whether they are still there. */
  readonly heartbeatMs: number;
  /** How long nothing was asked on a connection that gives way to a new one. */
  readonly givesWayAfterMs: number;
}

/** Responses over WebSocket. */
export interface UpgradeServer {
  /** How many connections are open or on their way: an upgrade counts from the moment when it comes. */
  size(): number;
  /** Whose connections are open. */
  callers(): readonly Caller[];
  /** Takes over an HTTP request that asks for an upgrade. */
  handle(request: IncomingMessage, socket: Duplex, head: Buffer): void;
  /**
   * Closes the connection on which nothing was asked for longest: its client connects
   * anew when it has something to ask.
   * @returns false if there is none
   */
  giveWay(): boolean;
  /** Takes no new request, or none of those that are meant: idle connections are closed, others when their answers have ended. */
  drain(isMeant?: (caller: Caller) => boolean): void;
  /** Ends connections, or those that are meant: what runs on them with an event that says why, and a close. */
  cut(reason: GatewayError, isMeant?: (caller: Caller) => boolean): void;
  /** Ends all connections at once. */
  close(): void;
}

interface OpenConnection {
  readonly caller: Caller;
  readonly connection: ClientConnection;
  /** When its client last asked for something, on the monotonic clock. */
  readonly askedAtMs: number;
}

interface Handshake {
  readonly request: IncomingMessage;
  readonly socket: Duplex;
  readonly head: Buffer;
}

/** Of a message of an upstream: single events of 20 MB have been seen. */
const UPSTREAM_LIMITS = { maxMessageBytes: 128 * 2 ** 20 };

export const createUpgradeServer = (deps: UpgradeServerDeps): UpgradeServer => {
  const { recorder, clock, setting, clientFor, via, maxMessageBytes } = deps;
  const refusing = createRefusingUpstreams(clock);
  const { handshakeTimeoutMs } = deps;
  const reachDeps = { clientFor, via, setting, refusing, handshakeTimeoutMs, ...UPSTREAM_LIMITS };
  const accept = createAcceptClient(maxMessageBytes);
  const createSession = createSessionFactory(deps);
  const open = new Map<Session, OpenConnection>();
  /** Upgrades that are being decided on, or whose upstream is being asked. */
  let arriving = 0;
  const beat = (): void => {
    for (const [session, { connection }] of open) {
      connection.beat();
      session.tick();
    }
  };
  // After a pause of the process a beat is due before the pongs are read that came meanwhile: those first.
  const heartbeat = setInterval(() => setImmediate(beat), deps.heartbeatMs).unref();

  const begin = (
    ws: WebSocket,
    socket: Duplex,
    upgrade: AdmittedUpgrade,
    upstreamSocket: UpstreamSocket | undefined,
  ): void => {
    const takesBinary = upgrade.realtime !== undefined;
    const limits = { maxBytes: maxMessageBytes, budget: deps.bodies, takesBinary };
    const connection = createClientConnection(ws, socket, limits, {
      onMessage: (bytes, room, isBinary) => {
        const entry = open.get(session);
        if (entry) {
          // The longest idle ones come first.
          open.delete(session);
          open.set(session, { ...entry, askedAtMs: clock.monotonic() });
        }
        try {
          session.onMessage(bytes, room, isBinary);
        } catch (thrown) {
          room.release();
          // An internal error ends this connection alone.
          session.onRefused(toGatewayError(thrown));
          connection.close(INTERNAL_ERROR, 'internal_error');
        }
      },
      onRefused: (error) => session.onRefused(error),
      onDrain: () => session.onDrain(),
      onClose: (code, reason) => {
        open.delete(session);
        session.onClose(code, reason);
      },
    });
    const session = createSession(upgrade, connection, upstreamSocket);
    open.set(session, { caller: upgrade.caller, connection, askedAtMs: clock.monotonic() });
    // The gateway may have begun to stop while the upstream was asked.
    if (deps.isClosing()) session.drain();
  };

  const connect = async (upgrade: AdmittedUpgrade, { request, socket, head }: Handshake): Promise<void> => {
    const watch = watchClient(socket);
    let early: Buffer = Buffer.alloc(0);
    const reached = await reachUpstream(reachDeps, upgrade, watch.left).finally(() => {
      early = watch.stop();
    });
    if (reached.kind === 'refused') {
      const { response } = reached;
      return relayRefusal({ recorder, clock, upgrade, socket, response, timeoutMs: handshakeTimeoutMs });
    }
    const upstreamSocket = reached.kind === 'open' ? reached : undefined;
    const giveUp = (): void => upstreamSocket?.ws.terminate();
    if (watch.left.aborted) return giveUp();
    const lines = upstreamSocket ? relayedLines(upstreamSocket.response) : [];
    accept(
      { request, socket, head: Buffer.concat([head, early]), lines, protocol: upstreamSocket?.ws.protocol },
      {
        onOpen: (ws) => {
          begin(ws, socket, upgrade, upstreamSocket);
          socket.resume();
        },
        onInvalid: (cause) => {
          giveUp();
          const message = `the WebSocket handshake is malformed: ${cause.message}.`;
          const error = new GatewayError('invalid_request', message);
          refuseUpgrade(recorder, request, socket, error, upgrade.caller);
        },
      },
    );
  };

  const serve = async (handshake: Handshake): Promise<void> => {
    // It counts while it is being decided on as well: those that come at once must not all find the same room.
    arriving++;
    const { request, socket } = handshake;
    let caller: Caller | undefined;
    try {
      const decision = await admitUpgrade(request, deps);
      caller = decision.caller;
      if (decision.kind === 'refused') throw decision.error;
      await connect(decision.upgrade, handshake);
    } catch (thrown) {
      refuseUpgrade(recorder, request, socket, thrown, caller);
    } finally {
      arriving--;
    }
  };

  return {
    size: () => open.size + arriving,
    callers: () => [...open.values()].map(({ caller }) => caller),
    handle: (request, socket, head) => {
      socket.on('error', () => socket.destroy());
      void serve({ request, socket, head });
    },
    giveWay: () => {
      const idleSinceMs = clock.monotonic() - deps.givesWayAfterMs;
      for (const [session, { connection, askedAtMs }] of open) {
        if (askedAtMs > idleSinceMs) return false;
        if (!session.isIdle()) continue;
        open.delete(session);
        connection.close(TRY_AGAIN_LATER, 'gave way to a new connection');
        return true;
      }
      return false;
    },
    drain: (isMeant) => {
      for (const [session, { caller }] of [...open]) {
        if (isMeant?.(caller) !== false) session.drain();
      }
    },
    cut: (reason, isMeant) => {
      for (const [session, { caller }] of [...open]) {
        if (isMeant?.(caller) !== false) session.cut(reason);
      }
    },
    close: () => {
      clearInterval(heartbeat);
      for (const { connection } of [...open.values()]) connection.terminate();
    },
  };
};
