import { once } from 'node:events';
import type { ServerResponse } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { encodeEvent } from './responses-stream.ts';
import type { Answer } from './script.ts';

type SseAnswer = Extract<Answer, { kind: 'sse' }>;

/** The writes of an SSE answer: one an event, or pieces of a fixed size. */
const piecesOf = (answer: SseAnswer): Buffer[] => {
  const limit = answer.eventLimit ?? answer.events.length;
  const texts = answer.events.slice(0, limit).map(encodeEvent);
  const next = answer.events[limit];
  if (answer.extraBytes && next) texts.push(encodeEvent(next).slice(0, answer.extraBytes));
  if (answer.chunkBytes === undefined) return texts.map((text) => Buffer.from(text));
  const whole = Buffer.from(texts.join(''));
  const pieces: Buffer[] = [];
  for (let start = 0; start < whole.length; start += answer.chunkBytes) {
    pieces.push(whole.subarray(start, start + answer.chunkBytes));
  }
  return pieces;
};

const sendSse = async (response: ServerResponse, answer: SseAnswer): Promise<void> => {
  response.writeHead(200, { 'content-type': 'text/event-stream; charset=utf-8', ...answer.headers });
  response.flushHeaders();
  for (const piece of piecesOf(answer)) {
    if (response.destroyed) return;
    // A reader that is slow must hold this back too: else what the gateway buffers cannot be seen.
    if (!response.write(piece)) await Promise.race([once(response, 'drain'), once(response, 'close')]);
    if (answer.pauseMs) await pause(answer.pauseMs);
  }
  if (answer.finally === 'reset') {
    // What was written must be out first: a reset drops what is still in the socket's buffer.
    await new Promise<void>((resolve) => setImmediate(resolve));
    response.socket?.resetAndDestroy();
  } else if (answer.finally !== 'hang') {
    response.end();
  }
};

/** Does what the answer says. */
export const sendAnswer = async (response: ServerResponse, answer: Answer): Promise<void> => {
  switch (answer.kind) {
    case 'sse':
      return sendSse(response, answer);
    case 'json':
      response.writeHead(answer.status ?? 200, { 'content-type': 'application/json', ...answer.headers });
      response.end(JSON.stringify(answer.body));
      return;
    case 'bytes':
      response.writeHead(answer.status ?? 200, answer.headers);
      response.end(answer.body);
      return;
    case 'reset':
      response.socket?.resetAndDestroy();
      return;
    case 'hang':
      return;
  }
};
