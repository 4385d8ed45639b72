import { once } from 'node:events';
import { createServer, type IncomingHttpHeaders } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RawData, type WebSocket, WebSocketServer } from 'ws';

/** A connection as the double saw it. */
interface RealtimeConnection {
  readonly url: string;
  readonly headers: IncomingHttpHeaders;
  readonly ws: WebSocket;
  /** What the client said, in its order. */
  readonly messages: { readonly bytes: Buffer; readonly isBinary: boolean }[];
  readonly closed: Promise<{ readonly code: number; readonly reason: string }>;
}

export interface RealtimeUpstream {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  readonly connections: readonly RealtimeConnection[];
  close(): Promise<void>;
}

interface RealtimeUpstreamOptions {
  /** Refuses every handshake with this status. */
  readonly refuses?: number;
  /** What it does upon a message that is no `response.create`. */
  readonly onMessage?: (ws: WebSocket, bytes: Buffer, isBinary: boolean) => void;
}

const USAGE = {
  total_tokens: 150,
  input_tokens: 100,
  output_tokens: 50,
  input_token_details: {
    text_tokens: 40,
    audio_tokens: 60,
    cached_tokens: 20,
    cached_tokens_details: { text_tokens: 4, audio_tokens: 16 },
  },
  output_token_details: { text_tokens: 10, audio_tokens: 40 },
};

/** An answer in the events of the Realtime API, its members in the order of OpenAI's own. */
const answerEvents = (id: string): readonly object[] => {
  const output = [
    { id: 'item_1', type: 'function_call', name: 'look_up', call_id: 'call_1', arguments: '{}' },
  ];
  return [
    { type: 'response.created', event_id: 'event_1', response: { id, status: 'in_progress', output: [] } },
    { type: 'response.output_audio.delta', event_id: 'event_2', response_id: id, delta: 'c291bmQ=' },
    { event_id: 'event_3', type: 'response.output_text.delta', response_id: id, delta: 'grün 😀' },
    {
      type: 'response.done',
      event_id: 'event_4',
      response: { id, status: 'completed', output, usage: USAGE },
    },
  ];
};

/** Starts an upstream that speaks the Realtime API, and answers each `response.create`. */
export const startRealtimeUpstream = async (
  options: RealtimeUpstreamOptions = {},
): Promise<RealtimeUpstream> => {
  const connections: RealtimeConnection[] = [];
  let answers = 0;
  const server = createServer((_request, response) => response.writeHead(404).end());
  const sockets = new WebSocketServer({
    noServer: true,
    handleProtocols: (offered) => (offered.has('realtime') ? 'realtime' : false),
  });
  server.on('upgrade', (request, socket, head) => {
    if (options.refuses !== undefined) {
      const body =
        '{"error":{"message":"no such model here","type":"invalid_request_error","code":"model_not_found"}}';
      socket.end(
        `HTTP/1.1 ${options.refuses} No\r\ncontent-type: application/json\r\ncontent-length: ${body.length}\r\nconnection: close\r\n\r\n${body}`,
      );
      return;
    }
    sockets.handleUpgrade(request, socket, head, (ws) => sockets.emit('connection', ws, request));
  });
  sockets.on('connection', (ws: WebSocket, { url = '', headers }) => {
    const messages: RealtimeConnection['messages'] = [];
    const closed = once(ws, 'close').then(([code, reason]) => ({ code, reason: String(reason) }));
    connections.push({ url, headers, ws, messages, closed });
    const model = new URL(url, 'http://double').searchParams.get('model');
    ws.on('error', () => ws.terminate());
    ws.send(
      JSON.stringify({ event_id: 'event_0', type: 'session.created', session: { id: 'sess_1', model } }),
    );
    ws.on('message', (data: RawData, isBinary: boolean) => {
      const bytes = data as Buffer;
      messages.push({ bytes, isBinary });
      if (!isBinary && bytes.includes('response.create')) {
        for (const event of answerEvents(`resp_${++answers}`)) ws.send(JSON.stringify(event));
      } else options.onMessage?.(ws, bytes, isBinary);
    });
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/v1`,
    connections,
    close: async () => {
      for (const { ws } of connections) ws.terminate();
      server.closeAllConnections();
      server.close();
      await once(server, 'close');
    },
  };
};
