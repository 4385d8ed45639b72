import type { GatewayError } from '../../base/errors.ts';
import { createStopwatch } from '../../base/time/stopwatch.ts';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import type { Room } from '../../coding/body-budget.ts';
import { overCeiling } from '../../forward/relay/output-ceiling.ts';
import type { ChosenDestination } from '../../forward/route/destination.ts';
import { hasLostAddress } from '../../forward/send/lost-address.ts';
import type { Passage } from '../../guard/limits/create-metering.ts';
import { createCallFollower } from '../../guard/runaway/follow-calls.ts';
import { mayBeActedOn } from '../../sse/create-stream-tap.ts';
import { beginSpending } from '../begin-spending.ts';
import type { ClientConnection } from '../client/client-connection.ts';
import { type CreateFrame, readClientFrame } from '../client/read-client-frame.ts';
import {
  ABNORMAL_CLOSURE,
  GOING_AWAY,
  INTERNAL_ERROR,
  NORMAL_CLOSURE,
  SERVICE_RESTART,
} from '../close-codes.ts';
import { refuseConnection } from '../open-turn.ts';
import { releaseCompression } from '../release-compression.ts';
import { type ConnectionContext, type Session, stopping } from '../session.ts';
import { watchLife } from '../watch-life.ts';
import { closeUpstream } from './close-upstream.ts';
import type { UpstreamSocket } from './connect-upstream.ts';
import { besideBroken, breachOf, failureFrame } from './fail-turn.ts';
import { createHeldMessages } from './held-messages.ts';
import { isRelayable } from './is-relayable.ts';
import { openRelayed, openUnreadable } from './open-relayed.ts';
import { createPassUpstream } from './pass-upstream.ts';
import { quotaFrames } from './quota-frames.ts';
import { createTurnRefusals } from './refuse-turns.ts';
import { busy, MAX_RUNNING, networkChanged, tooMany, upstreamClosed } from './relay-errors.ts';
import { createRelayedTurn, type RelayedTurn } from './relayed-turn.ts';
import { RelayedTurns } from './relayed-turns.ts';

export interface RelayDeps {
  readonly context: ConnectionContext;
  readonly connection: ClientConnection;
  readonly upstreamSocket: UpstreamSocket;
  /**
   * Takes over the client's connection for good, from the message on whose model is another provider's; the
   * upstream's end is closed then.
   */
  onForeign(bytes: Buffer, room: Room): void;
}

/**
 * A connection whose upstream also speaks WebSocket: frames are relayed byte for byte in both directions, and the
 * gateway only observes.
 */
export const createRelaySession = ({
  context,
  connection,
  upstreamSocket,
  onForeign,
}: RelayDeps): Session => {
  const { clock, upgrade, destinationOf, allowance } = context;
  const { upstream } = upgrade;
  const { ws, response } = upstreamSocket;
  const { host } = upstream.baseUrl;
  const turns = new RelayedTurns();
  let leaving: GatewayError | undefined;
  let isHandedOver = false;
  let isBroken = false;
  const upstreamIsAlive = watchLife(response.socket);
  const calls = createCallFollower();
  const pass = createPassUpstream(ws, connection);

  const close = (code: number, reason: string): void => {
    connection.close(code, reason);
    closeUpstream(ws, code, reason);
  };
  /** Sends each running turn a last frame, and closes the connection. */
  const cut = (reason: GatewayError, code: number): void => {
    for (const turn of turns.values()) connection.send(failureFrame(turn, reason, clock.now()));
    turns.breakOff('truncated', reason);
    close(code, reason.code);
  };
  /** After a broken answer nobody knows where the next one begins, so the connection is closed. */
  const breakTurn = (broken: RelayedTurn): void => {
    isBroken = true;
    const failure = breachOf(broken);
    connection.send(failureFrame(broken, failure, clock.now()));
    turns.breakOne(broken, failure);
    cut(besideBroken(host), INTERNAL_ERROR);
  };
  /** The upstream has no other way to be told that nobody pays for more. */
  const endOverCeiling = (): void => {
    isBroken = true;
    cut(overCeiling(), NORMAL_CLOSURE);
  };
  const { refuse, refuseUnreadable, turnAway } = createTurnRefusals(context, connection);

  const destinationFor = (frame: CreateFrame, room: Room): ChosenDestination | undefined => {
    try {
      return destinationOf(frame);
    } catch (thrown) {
      refuse(frame, room, toGatewayError(thrown));
      return undefined;
    }
  };
  const handOver = (frame: CreateFrame, room: Room): void => {
    if (turns.size > 0) {
      refuse(frame, room, busy());
      return;
    }
    isHandedOver = true;
    closeUpstream(ws, NORMAL_CLOSURE, '');
    onForeign(frame.bytes, room);
  };

  const create = (frame: CreateFrame, room: Room): void => {
    const chosen = destinationFor(frame, room);
    if (!chosen) return;
    const { why, ...destination } = chosen;
    if (!isRelayable(frame, upstream, destination)) {
      handOver(frame, room);
      return;
    }
    if (turns.size === 0 && hasLostAddress(response.socket)) {
      refuse(frame, room, networkChanged());
      ws.terminate();
      return;
    }
    const refusal = leaving ?? (turns.size >= MAX_RUNNING ? tooMany() : undefined);
    if (refusal) {
      refuse(frame, room, refusal);
      return;
    }
    const stopwatch = createStopwatch(clock);
    stopwatch.start();
    const exchange = openRelayed(context, frame, response);
    const { record } = exchange;
    if (frame.model !== undefined) record.route = why;
    const send = (passage: Passage | undefined): void => {
      const { maxOutputTokens } = passage ?? {};
      exchange.commit();
      turns.add(createRelayedTurn({ exchange, clock, streamId: frame.streamId, maxOutputTokens }));
      for (const quota of quotaFrames(passage, upstream, response)) connection.send(quota);
      pass(frame.bytes, room);
      stopwatch.stop();
      record.overheadMs = stopwatch.spentMs;
      exchange.update();
    };
    const isFollowed = !frame.isWarmUp && frame.streamId === undefined;
    const repetition = isFollowed ? calls.follow(frame.bytes, frame.members) : undefined;
    const toSpend = { exchange, frame, destination, body: frame.bytes, findRepetition: () => repetition };
    held.decide(() => beginSpending(context, toSpend), {
      onGranted: send,
      onRefused: (thrown) => turnAway(exchange, frame, room, toGatewayError(thrown)),
      onLeft: () => {
        room.release();
        record.response.finish = 'aborted';
        exchange.close();
      },
    });
  };

  /** A message that is not JSON is relayed unchanged for the upstream to refuse, and leaves a record. */
  const noteUnreadable = (bytes: Buffer): void => {
    const exchange = openUnreadable(context, bytes);
    turns.addUnreadable(createRelayedTurn({ exchange, clock, streamId: undefined }));
  };

  const held = createHeldMessages((bytes, room) => {
    const frame = readClientFrame(bytes);
    if (frame.kind === 'create') {
      create(frame, room);
      return;
    }
    if (frame.kind === 'invalid' && allowance().limitsModels) {
      // It might ask for a model that is not allowed.
      refuseUnreadable(bytes, room, frame.error);
      return;
    }
    if (frame.kind === 'invalid' && frame.error.code === 'invalid_json') noteUnreadable(bytes);
    pass(bytes, room);
  });

  ws.on('message', (data, isBinary) => {
    if (isBroken) return;
    const bytes = data as Buffer;
    const send = (): void => {
      if (!connection.send(bytes, isBinary)) ws.pause();
    };
    if (isBinary) {
      send();
      return;
    }
    // Frames that clients act on are checked before they leave; a broken one is not sent.
    const isAdmitted = mayBeActedOn(bytes);
    if (isAdmitted) calls.hear(bytes);
    else send();
    const seen = turns.see(bytes);
    if (typeof seen === 'object') {
      breakTurn(seen.broken);
      return;
    }
    if (isAdmitted) send();
    if (seen === 'more') {
      if (turns.values().some((turn) => turn.isOverCeiling())) endOverCeiling();
      return;
    }
    if (ws.bufferedAmount === 0) releaseCompression(ws);
    if (leaving && turns.size === 0) close(GOING_AWAY, leaving.code);
  });
  let violation: string | undefined;
  ws.on('error', ({ message }) => {
    violation = message;
    // A peer that violates the protocol may ignore the closing handshake, too.
    ws.terminate();
  });
  ws.on('close', (code, reason) => {
    if (isHandedOver) return;
    const failure = upstreamClosed(host, { code, reason, violation });
    turns.breakOff('truncated', failure);
    if (code === ABNORMAL_CLOSURE)
      connection.close(INTERNAL_ERROR, 'the connection to the upstream was lost');
    else connection.close(code, reason);
  });
  ws.resume();

  return {
    isIdle: () => turns.size === 0 && held.isIdle(),
    onMessage: (bytes, room) => held.take(bytes, room),
    onRefused: (error) => refuseConnection(context, (frame) => connection.send(frame), error),
    onDrain: () => {
      if (ws.readyState === ws.OPEN) ws.resume();
    },
    onClose: (code, reason) => {
      held.leave();
      turns.breakOff('aborted');
      closeUpstream(ws, code, reason);
    },
    drain: () => {
      leaving = stopping();
      if (turns.size === 0) close(GOING_AWAY, leaving.code);
    },
    cut: (reason) => cut(reason, SERVICE_RESTART),
    tick: () => {
      if (ws.isPaused || ws.readyState !== ws.OPEN) return;
      if (upstreamIsAlive() && !hasLostAddress(response.socket)) ws.ping();
      else ws.terminate();
    },
  };
};
