import { GatewayError } from '../../base/errors.ts';
import { toGatewayError } from '../../base/to-gateway-error.ts';
import { hasLostAddress } from '../../forward/send/lost-address.ts';
import type { ClientConnection } from '../client/client-connection.ts';
import {
  ABNORMAL_CLOSURE,
  GOING_AWAY,
  INTERNAL_ERROR,
  NO_STATUS,
  NORMAL_CLOSURE,
  POLICY_VIOLATION,
  SERVICE_RESTART,
} from '../close-codes.ts';
import { createGatewayErrorFrame } from '../error-frame.ts';
import { closeUpstream } from '../relay/close-upstream.ts';
import type { UpstreamSocket } from '../relay/connect-upstream.ts';
import { type ConnectionContext, type Session, stopping } from '../session.ts';
import { watchLife } from '../watch-life.ts';
import { createRealtimeRecord } from './realtime-record.ts';

export interface RealtimeDeps {
  readonly context: ConnectionContext;
  readonly connection: ClientConnection;
  readonly upstreamSocket: UpstreamSocket;
}

/** Where more waits for the upstream, the client is held back until half of it has left. */
const MAX_WAITING_BYTES = 1024 * 1024;

/** Codes with which an upstream ends a connection that has served its purpose. */
const WELL_ENDED: ReadonlySet<number> = new Set([NORMAL_CLOSURE, GOING_AWAY, NO_STATUS]);

/**
 * A connection to the Realtime API: each end hears what the other says, byte for byte, text and sound alike.
 * The model keeps the conversation, so the connection is never idle and has one record for all of its life.
 */
export const createRealtimeSession = ({ context, connection, upstreamSocket }: RealtimeDeps): Session => {
  const { ws, response } = upstreamSocket;
  const { host } = context.upgrade.upstream.baseUrl;
  const record = createRealtimeRecord(context, upstreamSocket);
  const upstreamIsAlive = watchLife(response.socket);
  let leaving: GatewayError | undefined;
  let breach: string | undefined;

  const close = (code: number, reason: string): void => {
    connection.close(code, reason);
    closeUpstream(ws, code, reason);
  };
  const leave = (): void => {
    if (!leaving || record.isAnswering()) return;
    record.close({});
    close(GOING_AWAY, leaving.code);
  };

  ws.on('message', (data, isBinary) => {
    const bytes = data as Buffer;
    if (!connection.send(bytes, isBinary)) ws.pause();
    record.seeUpstream(bytes, isBinary);
    leave();
  });
  ws.on('error', ({ message }) => {
    breach = message;
    // An upstream that breaks the protocol may not complete a closing handshake either.
    ws.terminate();
  });
  ws.on('close', (code, reason) => {
    const isLost = breach !== undefined || code === ABNORMAL_CLOSURE;
    const what =
      breach === undefined
        ? `closed the WebSocket connection (${[code, ...(reason.length > 0 ? [reason.toString().slice(0, 100)] : [])].join(', ')})`
        : `broke the WebSocket protocol (${breach})`;
    const error = new GatewayError('upstream_stream_truncated', `${host} ${what}. Connect again.`);
    if (WELL_ENDED.has(code) && breach === undefined && !record.isAnswering()) record.close({});
    else record.close({ finish: 'truncated', error });
    if (isLost) connection.close(INTERNAL_ERROR, 'the connection to the upstream was lost');
    else connection.close(code, reason);
  });

  const refuse = (thrown: unknown): void => {
    const error = toGatewayError(thrown);
    connection.send(createGatewayErrorFrame(error, record.id));
    record.close({ finish: 'failed', error });
    close(POLICY_VIOLATION, error.code);
  };
  const begin = async (): Promise<void> => {
    // What the client says meanwhile waits.
    connection.pause();
    try {
      await record.begin();
      ws.resume();
    } catch (thrown) {
      refuse(thrown);
    } finally {
      connection.resume();
    }
  };
  void begin();

  return {
    // What the model knows of the conversation ends with the connection.
    isIdle: () => false,
    onMessage: (bytes, room, isBinary) => {
      record.seeClient(bytes, isBinary);
      ws.send(bytes, { binary: isBinary }, () => {
        room.release();
        if (ws.bufferedAmount <= MAX_WAITING_BYTES / 2) connection.resume();
      });
      if (ws.bufferedAmount > MAX_WAITING_BYTES) connection.pause();
    },
    onRefused: (error) => record.close({ finish: 'failed', error }),
    onDrain: () => {
      if (ws.readyState === ws.OPEN) ws.resume();
    },
    onClose: (code, reason) => {
      record.close(record.isAnswering() || code === ABNORMAL_CLOSURE ? { finish: 'aborted' } : {});
      closeUpstream(ws, code, reason);
    },
    drain: () => {
      leaving = stopping();
      leave();
    },
    cut: (reason) => {
      if (record.isAnswering()) connection.send(createGatewayErrorFrame(reason, record.id));
      record.close({ finish: 'truncated', error: reason });
      close(SERVICE_RESTART, reason.code);
    },
    tick: () => {
      if (ws.isPaused || ws.readyState !== ws.OPEN) return;
      if (upstreamIsAlive() && !hasLostAddress(response.socket)) ws.ping();
      else ws.terminate();
    },
  };
};
