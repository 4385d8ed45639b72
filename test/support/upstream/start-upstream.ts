import { EventEmitter, once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { type RecordedRequest, recordRequest } from './recorded-request.ts';
import { type Answer, pickAnswer, type Script } from './script.ts';
import { sendAnswer } from './send-answer.ts';

/** A scriptable upstream on a free loopback port. */
export interface Upstream {
  /** `http://127.0.0.1:PORT/v1`. */
  readonly url: string;
  /** The model requests (`POST`) so far, in the order in which their bodies were complete. */
  readonly requests: readonly RecordedRequest[];
  /** All other requests, such as `GET /models`. */
  readonly others: readonly RecordedRequest[];
  /** Replaces the script and counts from its first answer again. */
  play(script: Script): void;
  /** Waits for the model request with this index. */
  request(index: number): Promise<RecordedRequest>;
  close(): Promise<void>;
}

const MODELS = {
  object: 'list',
  data: [{ id: 'gpt-test', object: 'model', created: 1_763_769_600, owned_by: 'test' }],
};
// Codex adds its own models to this one.
const CODEX_CATALOG = { models: [] };

interface UpstreamOptions {
  /** What `GET …/models` gives, where it is not OpenAI's list. */
  readonly models?: unknown;
}

const answerOther = ({ method, url, headers }: RecordedRequest, models: unknown): Answer => {
  const refuse = (status: number): Answer => ({
    kind: 'json',
    status,
    body: { error: { message: `the test upstream does not answer ${method} ${url}` } },
  });
  if (headers.upgrade !== undefined) return refuse(426);
  if (method !== 'GET' || !/\/models(?:\?|$)/.test(url)) return refuse(404);
  return { kind: 'json', body: url.includes('client_version=') ? CODEX_CATALOG : models };
};

const closing = (response: ServerResponse): RecordedRequest['closed'] =>
  new Promise((resolve) => {
    response.once('close', () => resolve({ aborted: !response.writableFinished, atMs: performance.now() }));
  });

/** Starts an upstream that answers by a script and records what it is sent. */
export const startUpstream = async (
  script: Script,
  { models = MODELS }: UpstreamOptions = {},
): Promise<Upstream> => {
  const arrivals = new EventEmitter();
  const requests: RecordedRequest[] = [];
  const others: RecordedRequest[] = [];
  let playing = script;
  let played = 0;

  const answer = async (request: IncomingMessage, response: ServerResponse): Promise<void> => {
    const recorded = await recordRequest(request, closing(response));
    if (request.method !== 'POST') {
      others.push(recorded);
      return sendAnswer(response, answerOther(recorded, models));
    }
    requests.push(recorded);
    arrivals.emit('request');
    await sendAnswer(response, pickAnswer(playing, recorded, played++));
  };

  const server = createServer((request, response) => {
    // A client that breaks off while sending has no answer to get.
    answer(request, response).catch(() => response.destroy());
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const { port } = server.address() as AddressInfo;

  return {
    url: `http://127.0.0.1:${port}/v1`,
    requests,
    others,
    play: (next) => {
      playing = next;
      played = 0;
    },
    request: async (index) => {
      for (;;) {
        const recorded = requests[index];
        if (recorded) return recorded;
        await once(arrivals, 'request');
      }
    },
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve());
        server.closeAllConnections();
      }),
  };
};
