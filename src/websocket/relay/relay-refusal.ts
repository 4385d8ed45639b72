import type { IncomingMessage } from 'node:http';
import type { Duplex } from 'node:stream';
import type { Clock } from '../../base/time/clock.ts';
import { createClientHeaders } from '../../forward/relay/client-headers.ts';
import { reasonPhrase } from '../../forward/send/check-status.ts';
import { nameCaller } from '../../guard/name-caller.ts';
import type { Recorder } from '../../log/capture/recorder.ts';
import { mapRefusal, readRefusal } from '../bridge/read-refusal.ts';
import { noteHeaders } from '../note-headers.ts';
import { noteRealtime } from '../realtime/note-realtime.ts';
import type { AdmittedUpgrade } from '../session.ts';

interface RelayRefusalInput {
  readonly recorder: Recorder;
  readonly clock: Clock;
  readonly upgrade: AdmittedUpgrade;
  /** The client's connection. */
  readonly socket: Duplex;
  /** The upstream's answer to the upgrade; its body has not been read yet. */
  readonly response: IncomingMessage;
  /** How long the rest of the answer may take. */
  readonly timeoutMs: number;
}

/** Raw header lines from name, value, name, value…; the content length is set from the body instead. */
const headerLines = (lines: readonly string[]): string => {
  let text = '';
  for (let index = 0; index + 1 < lines.length; index += 2) {
    if (lines[index]?.toLowerCase() !== 'content-length') text += `${lines[index]}: ${lines[index + 1]}\r\n`;
  }
  return text;
};

/**
 * Answers an upgrade as its upstream did: the client's own sign-in was refused, and only the client can renew
 * it, or wait. The connection ends with the answer, and the log has a record of it.
 * @returns when the whole answer was read
 */
export const relayRefusal = ({
  recorder,
  clock,
  upgrade,
  socket,
  response,
  timeoutMs,
}: RelayRefusalInput): Promise<void> => {
  const { method, url: path, rawHeaders, upstream, caller } = upgrade;
  const exchange = recorder.arrive({ method, path, transport: 'websocket', rawHeaders });
  const { record } = exchange;
  const status = response.statusCode ?? 502;
  nameCaller(exchange, caller);
  record.websocketMode = 'relay';
  record.provider = upstream.name;
  record.upstream = upstream.baseUrl.host;
  noteRealtime(record, upgrade);
  record.status = status;
  record.response.finish = 'failed';
  noteHeaders(exchange, response, clock.now());
  const timer = setTimeout(() => response.destroy(), timeoutMs);
  const see = (chunk: Buffer, bytes: number): void => {
    record.response.bytes = bytes;
    exchange.appendResponseBody(chunk);
  };
  const answer = (body: Buffer): void => {
    record.error = { origin: 'upstream', ...mapRefusal(status, body).told };
    exchange.close();
    const added = [
      ...['x-gomodel-error-origin', 'upstream', 'content-length', String(body.length)],
      ...['connection', 'close'],
    ];
    const lines = createClientHeaders(response, exchange.id, []);
    const head = `HTTP/1.1 ${status} ${reasonPhrase(response.statusMessage)}\r\n${headerLines(lines)}`;
    const own = added.map((part, index) => (index % 2 === 0 ? `${part}: ` : `${part}\r\n`)).join('');
    socket.on('error', () => socket.destroy());
    socket.end(Buffer.concat([Buffer.from(`${head}${own}\r\n`, 'latin1'), body]));
  };
  return new Promise((resolve) => {
    readRefusal(response, see, (body) => {
      clearTimeout(timer);
      answer(body);
      resolve();
    });
  });
};
