import http, { type ServerResponse } from 'node:http';
import { encodeEvent, responsesStream } from '../../support/upstream/responses-stream.ts';
import type { PacedScript, PacedState } from '../paced-script.ts';

// Answers with streams, at the pace that it is told beside them: `PUT /script`, `/end` or `/state`. No
// proxy is between, so that all of them are sent the same. argv: port.
const TICK_MS = 5;
const PARTS = 40;

const events = responsesStream([{ text: 'words ' }], { id: 'resp_paced', model: 'bench-model' });
const firstDelta = events.findIndex(({ type }) => type === 'response.output_text.delta');
const head = events.slice(0, firstDelta);
const [delta] = events.slice(firstDelta, firstDelta + 1);
const tail = events.slice(firstDelta).filter(({ type }) => type !== 'response.output_text.delta');
if (delta === undefined) throw new Error('a stream of text has a delta');

interface Stream {
  readonly response: ServerResponse;
  /** Which of the ticks between two events is its own, as a share: streams do not speak in chorus. */
  readonly share: number;
  next: number;
  /** Deltas that it has before its tail. */
  deltas: number;
}

const streams = new Set<Stream>();
let script: PacedScript = { deltas: 3, everyMs: 0 };
let asked = 0;
let sent = 0;
let tick = 0;

/** Writes a stream's next event. @returns false where that was the last one */
const advance = (stream: Stream): boolean => {
  const number = stream.next++;
  const place = number - head.length;
  const event = head[number] ?? (place < stream.deltas ? delta : tail[place - stream.deltas]);
  if (event === undefined) {
    streams.delete(stream);
    stream.response.end();
    return false;
  }
  const numbered = { ...event, sequence_number: number };
  stream.response.write(encodeEvent(numbered));
  sent++;
  return true;
};

setInterval(() => {
  const ticks = Math.max(1, Math.round(script.everyMs / TICK_MS));
  const due = tick++ % ticks;
  for (const stream of streams) {
    if (Math.floor(stream.share * ticks) !== due) continue;
    let goesOn = advance(stream);
    while (goesOn && script.everyMs === 0) goesOn = advance(stream);
  }
}, TICK_MS);

const control = (path: string | undefined, body: string): PacedState => {
  if (path === '/script' || path === '/end') script = JSON.parse(body) as PacedScript;
  if (path === '/end') {
    // In the same turn as the new script, whose pace may be none: an endless stream must not be sent at that.
    for (const stream of streams) stream.deltas = Math.max(0, stream.next - head.length);
  }
  return { open: streams.size, sent };
};

http
  .createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      if (request.method !== 'POST') {
        const state = control(request.url, Buffer.concat(chunks).toString());
        response.writeHead(200, { 'content-type': 'application/json' }).end(JSON.stringify(state));
        return;
      }
      const stream = { response, share: (asked++ % PARTS) / PARTS, next: 0, deltas: script.deltas };
      streams.add(stream);
      response.once('close', () => streams.delete(stream));
      response.writeHead(200, { 'content-type': 'text/event-stream' });
      advance(stream);
    });
  })
  .listen(Number(process.argv[2]), '127.0.0.1');
