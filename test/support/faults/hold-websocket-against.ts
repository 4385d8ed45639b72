import { expect } from 'vitest';
import type { ClientSeesWebSocket, UpstreamSeesWebSocket, WebSocketFault } from './fault.ts';
import { expectAnswer } from './hold-against.ts';
import { parseAnswers } from './parse-answers.ts';
import type { FrameReader } from './read-frames.ts';
import { stageFault } from './stage-fault.ts';
import { ASK, CLIENT_CLOSES, MESSAGES } from './websocket-messages.ts';

const LAST_MESSAGE = MESSAGES.at(-1) ?? '';
/** The gateway agrees where the client closes. */
const CLOSED_BY_CLIENT = [1000, undefined];

const expectMessages = (
  messages: readonly Buffer[],
  expected: readonly (string | Buffer)[],
  who: string,
): void => {
  expect(messages.length, `messages at the ${who}: ${messages.join('\n').slice(0, 2000)}`).toBe(
    expected.length,
  );
  for (const [index, message] of expected.entries()) {
    expect(messages[index]?.equals(Buffer.from(message)), `message ${index} at the ${who}`).toBe(true);
  }
};

const expectFailure = (message: Buffer | undefined, code: string, status: number | undefined): void => {
  const error = { code, message: expect.any(String) };
  expect(JSON.parse(message?.toString() ?? '{}')).toMatchObject(
    status === undefined
      ? { type: 'response.failed', response: { status: 'failed', error } }
      : { type: 'error', status, error: { code } },
  );
};

const expectClient = ({ messages, closeCode }: FrameReader, sees: ClientSeesWebSocket): void => {
  const { whole, code, status } = sees;
  if (code !== undefined) expectFailure(whole ? messages[0] : messages.at(-1), code, status);
  if (whole) expectMessages(messages.slice(code === undefined ? 0 : 1), sees.messages ?? MESSAGES, 'client');
  else expect(messages.at(-1)?.toString()).not.toBe(LAST_MESSAGE);
  if (sees.close === undefined) expect(CLOSED_BY_CLIENT).toContain(closeCode);
  else expect(closeCode).toBe(sees.close);
};

const expectUpstream = (frames: FrameReader, sees: UpstreamSeesWebSocket): void => {
  const { messages, close } = sees;
  if (typeof messages === 'number') expect(frames.messages).toHaveLength(messages);
  else expectMessages(frames.messages, messages, 'upstream');
  expect(frames.closeCode, 'close code at the upstream').toBe(close);
};

/** Plays a fault of somebody who speaks WebSocket. */
export const holdWebSocketAgainst = (fault: WebSocketFault): Promise<void> =>
  stageFault(fault, {
    client: [...ASK, { messages: MESSAGES.length }, ...CLIENT_CLOSES],
    look: ({ client, upstream }) => {
      const { client: sees, refused, upstream: upstreamSees } = fault.expect;
      if (sees) expectClient(client.frames, sees);
      if (refused) expectAnswer(parseAnswers(client.received())[0], refused);
      expect(upstream.webSockets.length, 'connections that the upstream accepted').toBe(upstreamSees.length);
      for (const [index, one] of upstreamSees.entries()) {
        const frames = upstream.webSockets[index];
        if (frames) expectUpstream(frames, one);
      }
    },
  });
