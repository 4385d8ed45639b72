import { WebSocket } from 'ws';
import { trustFor } from '../base/gateway-trust.ts';
import { isObject, parseJson } from '../base/json-object.ts';
import { composeProbe } from '../probe/compose-probe.ts';
import type { Ask, ProbeAnswer } from '../probe/probe.ts';
import { noAnswer, readRefusal } from '../probe/read-refusal.ts';
import { createEventReducer } from '../sse/create-event-reducer.ts';

const readText = async (message: AsyncIterable<Buffer>): Promise<string> => {
  const chunks: Buffer[] = [];
  for await (const chunk of message) chunks.push(chunk);
  return Buffer.concat(chunks).toString('utf8');
};

/** A `response.create` over a WebSocket, with messages compressed, as Codex sends it. */
export const askOverWebSocket: Ask = ({ baseUrl, key, model, userAgent, signal }) =>
  new Promise((resolve) => {
    const startedAt = performance.now();
    const reader = createEventReducer('responses');
    let firstEventMs: number | undefined;
    const ws = new WebSocket(`${baseUrl.replace(/^http/, 'ws')}/responses`, {
      headers: {
        authorization: `Bearer ${key}`,
        'openai-beta': 'responses_websockets=2026-02-06',
        'user-agent': userAgent,
      },
      perMessageDeflate: true,
      ...trustFor(new URL(baseUrl)),
    });
    const leave = (): void => ws.terminate();
    signal.addEventListener('abort', leave, { once: true });
    const settle = (answer: ProbeAnswer): void => {
      signal.removeEventListener('abort', leave);
      resolve(answer);
      ws.close();
    };
    ws.on('open', () => ws.send(JSON.stringify({ type: 'response.create', ...composeProbe(model) })));
    ws.on('message', (data) => {
      firstEventMs ??= performance.now() - startedAt;
      const text = String(data);
      const event = parseJson(text);
      if (isObject(event) && event.type === 'error') {
        const headers = isObject(event.headers) ? event.headers : {};
        const origin = String(headers['x-gomodel-error-origin'] ?? 'upstream');
        settle({ kind: 'refused', refusal: readRefusal(Number(event.status ?? 0), origin, text) });
        return;
      }
      reader.apply(undefined, text);
      if (!reader.terminal) return;
      const wholeMs = performance.now() - startedAt;
      settle({ kind: 'answered', summary: reader.summary, events: reader.events, firstEventMs, wholeMs });
    });
    ws.on('unexpected-response', (_request, response) => {
      const origin = response.headers['x-gomodel-error-origin'];
      readText(response)
        .catch(() => '')
        .then((body) =>
          settle({ kind: 'refused', refusal: readRefusal(response.statusCode ?? 0, String(origin), body) }),
        )
        .catch((error: unknown) => settle({ kind: 'refused', refusal: noAnswer(error) }));
    });
    // After the answer, these change nothing any more.
    ws.on('error', (error) => settle({ kind: 'refused', refusal: noAnswer(error) }));
    ws.on('close', (code) => {
      const cause = signal.aborted ? signal.reason : `it closed the connection (${code})`;
      settle({ kind: 'refused', refusal: noAnswer(cause) });
    });
  });
