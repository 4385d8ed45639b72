import http from 'node:http';
import { WebSocketServer } from 'ws';

// Sends events one by one, each with the time at which it left, over SSE and over WebSocket. argv: port.
const EVENTS = 2_000;
const EVERY_MS = 1;

const send = (write: (event: string) => void, end: () => void): void => {
  write('{"type":"response.created","response":{"id":"resp_bench"}}');
  let sent = 0;
  const timer = setInterval(() => {
    if (sent++ < EVENTS) {
      write(`{"type":"response.output_text.delta","delta":"some words ","at":${process.hrtime.bigint()}}`);
      return;
    }
    clearInterval(timer);
    write('{"type":"response.completed","response":{"id":"resp_bench","usage":null}}');
    end();
  }, EVERY_MS);
};

const server = http.createServer((request, response) => {
  if (request.method !== 'POST') {
    response.writeHead(200).end();
    return;
  }
  request.resume().on('end', () => {
    response.writeHead(200, { 'content-type': 'text/event-stream' });
    send(
      (event) => response.write(`data: ${event}\n\n`),
      () => response.end(),
    );
  });
});
new WebSocketServer({ server }).on('connection', (socket) => {
  socket.on('message', (message) => {
    if (String(message).includes('"generate":false')) {
      socket.send('{"type":"response.completed","response":{"id":"resp_warm","usage":null}}');
    } else
      send(
        (event) => socket.send(event),
        () => {},
      );
  });
});
server.listen(Number(process.argv[2]), '127.0.0.1');
