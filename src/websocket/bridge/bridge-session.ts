import { GatewayError } from '../../base/errors.ts';
import { createStopwatch } from '../../base/time/stopwatch.ts';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import type { Room } from '../../coding/body-budget.ts';
import type { Exchange } from '../../log/exchange.ts';
import type { ClientConnection } from '../client/client-connection.ts';
import { type CreateFrame, readClientFrame } from '../client/read-client-frame.ts';
import { GOING_AWAY, SERVICE_RESTART } from '../close-codes.ts';
import { createGatewayErrorFrame } from '../error-frame.ts';
import { inLane } from '../in-lane.ts';
import { createLanes } from '../lanes.ts';
import { closeRefused, openRefused, openTurn, refuseConnection } from '../open-turn.ts';
import { type Session, stopping } from '../session.ts';
import type { RunningTurn } from './run-turn.ts';
import { type BridgeContext, startTurn, type Turn } from './start-turn.ts';

export interface BridgeDeps {
  readonly context: BridgeContext;
  readonly connection: ClientConnection;
  /** After so long the client is asked to connect anew, as OpenAI does. */
  readonly maxAgeMs: number;
}

const tooOld = (maxAgeMs: number): GatewayError =>
  new GatewayError(
    'websocket_connection_limit_reached',
    `this connection is older than ${Math.round(maxAgeMs / 60_000)} minutes. Open another one and send the whole input there.`,
  );

/** A connection whose upstream is reached over HTTP: one request for each `response.create`. */
export const createBridgeSession = ({ context, connection, maxAgeMs }: BridgeDeps): Session => {
  const { clock, history } = context;
  const openedAtMs = clock.monotonic();
  const lanes = createLanes<Turn>();
  const running = new Map<Turn, RunningTurn>();
  /** Set when no new request is taken any more. */
  let leaving: { readonly why: GatewayError; readonly code: number } | undefined;

  const refuse = (exchange: Exchange, error: GatewayError, streamId?: string): void => {
    const frame = createGatewayErrorFrame(error, exchange.id, streamId);
    connection.send(frame);
    closeRefused(exchange, error, frame);
  };
  const refuseTurn = ({ frame, exchange, room }: Turn, error: GatewayError): void => {
    room.release();
    exchange.keepRequestBody(frame.bytes, 'identity');
    refuse(exchange, error, frame.streamId);
  };
  const closeIfDone = (): void => {
    if (leaving && lanes.isIdle()) connection.close(leaving.code, leaving.why.code);
  };
  const leave = (why: GatewayError, code: number): void => {
    leaving = { why, code };
    for (const turn of lanes.abandon()) refuseTurn(turn, why);
  };

  const finish = (turn: Turn): void => {
    running.delete(turn);
    turn.room.release();
    for (const next of lanes.finish(turn.frame.streamId)) start(next);
    closeIfDone();
  };
  const start = (turn: Turn): void => {
    const { streamId } = turn.frame;
    try {
      const run = startTurn(context, turn, {
        emit: (frame) => connection.send(inLane(streamId, frame)),
        onEnd: () => finish(turn),
        onRefused: (error) => {
          refuseTurn(turn, toGatewayError(error));
          finish(turn);
        },
      });
      if (run && !turn.exchange.closed) running.set(turn, run);
    } catch (thrown) {
      refuseTurn(turn, toGatewayError(thrown));
      finish(turn);
    }
  };

  const create = (frame: CreateFrame, room: Room): void => {
    const stopwatch = createStopwatch(clock);
    stopwatch.start();
    const turn: Turn = { frame, room, exchange: openTurn(context, frame), stopwatch };
    if (!leaving && clock.monotonic() - openedAtMs >= maxAgeMs) {
      leaving = { why: tooOld(maxAgeMs), code: GOING_AWAY };
    }
    if (leaving) {
      refuseTurn(turn, leaving.why);
      closeIfDone();
      return;
    }
    try {
      for (const next of lanes.add(frame.streamId, turn)) start(next);
    } catch (thrown) {
      refuseTurn(turn, toGatewayError(thrown));
    }
  };

  const interrupt = (bytes: Buffer, kind: 'interrupt' | 'cancel', responseId: string | undefined): void => {
    const run = [...running.values()].find((one) => one.responseId() === responseId);
    if (run && responseId !== undefined) {
      run.interrupt(kind);
      return;
    }
    // It came too late, as it can: its answer has ended well meanwhile, and the client knows.
    if (responseId !== undefined && history.has(responseId)) return;
    const error = new GatewayError(
      'invalid_request',
      `no answer with the id ${responseId} is running on this connection.`,
      {
        param: 'response_id',
      },
    );
    tell(bytes, error, { type: `response.${kind}.failed`, response_id: responseId });
  };
  /** Refuses with an event: an error frame would end the running answer. */
  const tell = (bytes: Buffer, error: GatewayError, event: object): void => {
    const { type, code, message, param } = error;
    const told = { ...event, error: { type, code, message: `gomodel-ts: ${message}`, param } };
    const frame = Buffer.from(JSON.stringify(told));
    connection.send(frame);
    closeRefused(openRefused(context, bytes), error, frame);
  };

  return {
    isIdle: () => lanes.isIdle(),
    onMessage: (bytes, room) => {
      const frame = readClientFrame(bytes);
      if (frame.kind !== 'create') room.release();
      switch (frame.kind) {
        case 'create':
          return create(frame, room);
        case 'interrupt':
        case 'cancel':
          return interrupt(bytes, frame.kind, frame.responseId);
        case 'processed':
          return undefined;
        case 'steer': {
          const message =
            'this upstream is asked over HTTP, where a running answer takes no further input. Send it with the next response.create.';
          const steer = { previous_response_id: frame.responseId };
          return tell(bytes, new GatewayError('invalid_request', message), {
            type: 'response.steer.failed',
            steer,
          });
        }
        case 'invalid':
          return refuse(openRefused(context, bytes), frame.error);
      }
    },
    onRefused: (error) => refuseConnection(context, (frame) => connection.send(frame), error),
    onDrain: () => {
      for (const run of running.values()) run.onDrain();
    },
    onClose: () => {
      for (const { exchange, room } of lanes.abandon()) {
        room.release();
        exchange.record.response.finish = 'aborted';
        exchange.close();
      }
      for (const run of [...running.values()]) run.abort();
      history.clear();
    },
    drain: () => {
      leave(stopping(), GOING_AWAY);
      closeIfDone();
    },
    cut: (reason) => {
      leave(reason, SERVICE_RESTART);
      for (const run of [...running.values()]) run.cut(reason);
      closeIfDone();
    },
    tick: () => {
      if (leaving || clock.monotonic() - openedAtMs < maxAgeMs) return;
      leaving = { why: tooOld(maxAgeMs), code: GOING_AWAY };
      closeIfDone();
    },
  };
};
