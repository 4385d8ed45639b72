import type { Agent, IncomingMessage } from 'node:http';
import { WebSocket } from 'ws';
import type { GatewayError } from '../../base/errors.ts';
import { isKeptFromClients } from '../../forward/relay/kept-from-clients.ts';
import { hopByHopFields } from '../../forward/send/hop-by-hop.ts';
import { mapUpstreamError } from '../../forward/send/map-upstream-error.ts';
import { createUpstreamHeaders } from '../../forward/send/upstream-headers.ts';
import type { AdmittedUpgrade } from '../session.ts';
import { subprotocolsOf } from '../subprotocols.ts';

export interface ConnectSettings {
  /** This process as `Via` names it. */
  readonly via: string;
  readonly handshakeTimeoutMs: number;
  /** Bound of one message from the upstream. */
  readonly maxMessageBytes: number;
}

/** A connection that the upstream has accepted. */
export interface UpstreamSocket {
  readonly kind: 'open';
  readonly ws: WebSocket;
  readonly response: IncomingMessage;
}

export type UpstreamHandshake =
  | UpstreamSocket
  /** It answered over HTTP: the caller must read or destroy the body. */
  | { readonly kind: 'refused'; readonly response: IncomingMessage }
  | { readonly kind: 'failed'; readonly error: GatewayError };

/** The client's headers that are forwarded: all but those that this hop negotiates itself. */
const upstreamHeaders = ({ headers, upstream }: AdmittedUpgrade, via: string) => {
  const forwarded = createUpstreamHeaders({
    headers,
    host: upstream.baseUrl.host,
    credential: upstream.credential,
    added: upstream.headers,
    bodyBytes: undefined,
    via,
  });
  return Object.fromEntries(
    Object.entries(forwarded).filter(
      (line): line is [string, string | string[]] =>
        line[1] !== undefined && !line[0].startsWith('sec-websocket-') && line[0] !== 'accept-encoding',
    ),
  );
};

/**
 * What is sent is compressed where the upstream agrees, as Codex does it: requests are large, and their way
 * is long. No context is kept from message to message, since it would take 300 KB.
 */
const COMPRESSION = {
  clientNoContextTakeover: true,
  serverNoContextTakeover: true,
  threshold: 4096,
  zlibDeflateOptions: { level: 3 },
};

/**
 * Opens the upstream's end of a relayed connection.
 * @param signal aborted where the client leaves meanwhile
 */
export const connectUpstream = (
  settings: ConnectSettings,
  agent: Agent,
  upgrade: AdmittedUpgrade,
  signal: AbortSignal,
): Promise<UpstreamHandshake> =>
  new Promise((resolve) => {
    const { baseUrl } = upgrade.upstream;
    const url = new URL(baseUrl);
    url.protocol = baseUrl.protocol === 'https:' ? 'wss:' : 'ws:';
    const protocols = upgrade.realtime ? [...subprotocolsOf(upgrade.headers)] : [];
    const ws = new WebSocket(`${url.href.replace(/\/$/, '')}${upgrade.path}`, protocols, {
      headers: upstreamHeaders(upgrade, settings.via),
      agent,
      handshakeTimeout: settings.handshakeTimeoutMs,
      maxPayload: settings.maxMessageBytes,
      perMessageDeflate: upgrade.headers['sec-websocket-extensions']?.includes('permessage-deflate')
        ? COMPRESSION
        : false,
    });
    let response: IncomingMessage | undefined;
    ws.once('upgrade', (answer) => {
      response = answer;
    });
    ws.once('unexpected-response', (_request, answer) => resolve({ kind: 'refused', response: answer }));
    ws.once('open', () => {
      // No frame may be lost before the client's end is ready.
      ws.pause();
      if (response) resolve({ kind: 'open', ws, response });
    });
    ws.on('error', (error) => resolve({ kind: 'failed', error: mapUpstreamError(error, baseUrl.host) }));
    signal.addEventListener('abort', () => ws.terminate(), { once: true });
  });

/** The lines of the upstream's 101 answer that the client gets: all but those of this hop's own handshake. */
export const relayedLines = ({ rawHeaders, headers }: IncomingMessage): string[] => {
  const endsHere = hopByHopFields(headers.connection);
  const lines: string[] = [];
  for (let index = 0; index + 1 < rawHeaders.length; index += 2) {
    const name = rawHeaders[index] as string;
    const lowerCase = name.toLowerCase();
    const value = rawHeaders[index + 1] as string;
    if (endsHere(lowerCase) || lowerCase.startsWith('sec-websocket-') || lowerCase === 'content-length')
      continue;
    if (isKeptFromClients(lowerCase, value)) continue;
    lines.push(`${name}: ${value}`);
  }
  return lines;
};
