import http from 'node:http';
import { responsesStream } from '../../support/upstream/responses-stream.ts';

// Answers each request with a short stream, an event at a time, as a model that is fast would. argv: port.
const EVERY_MS = 10;

let answered = 0;
http
  .createServer((request, response) => {
    if (request.method !== 'POST') {
      response.writeHead(200).end();
      return;
    }
    request.resume().on('end', () => {
      const id = `resp_${answered++}`;
      const text = 'Here are some words of an answer.';
      const call = { call: 'exec_command', arguments: { cmd: 'ls' } };
      const events = responsesStream([{ text }, call], { id, model: 'gpt-5.5' });
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      const timer = setInterval(() => {
        const event = events.shift();
        if (event) response.write(`event: ${event.type}\ndata: ${JSON.stringify(event)}\n\n`);
        if (events.length > 0) return;
        clearInterval(timer);
        response.end();
      }, EVERY_MS);
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
