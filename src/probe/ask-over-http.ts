import { fetchGateway } from '../base/fetch-gateway.ts';
import { compressForStorage, storedCodingOf } from '../coding/compress-for-storage.ts';
import { createStreamTap } from '../sse/create-stream-tap.ts';
import { composeProbe } from './compose-probe.ts';
import type { Ask } from './probe.ts';
import { noAnswer, readRefusal } from './read-refusal.ts';

/** `Server-Timing: gateway;dur=1.23` → 1.23 */
const readTiming = (header: string | null): { gatewayMs?: number } => {
  const text = /\bgateway;dur=([\d.]+)/.exec(header ?? '')?.[1];
  return text === undefined ? {} : { gatewayMs: Number(text) };
};

/**
 * A streamed Responses request whose body is compressed with zstd, as Codex sends it to ChatGPT; with gzip where
 * nothing here can compress with zstd.
 */
export const askOverHttp: Ask = async ({ baseUrl, key, model, userAgent, signal }) => {
  const body = await compressForStorage(
    Buffer.from(JSON.stringify({ ...composeProbe(model), stream: true })),
  );
  const startedAt = performance.now();
  try {
    const response = await fetchGateway(`${baseUrl}/responses`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${key}`,
        'content-type': 'application/json',
        'content-encoding': storedCodingOf(body),
        accept: 'text/event-stream',
        'user-agent': userAgent,
      },
      body: new Uint8Array(body),
      signal,
    });
    if (!response.ok || !response.body) {
      const origin = response.headers.get('x-gomodel-error-origin') ?? undefined;
      return { kind: 'refused', refusal: readRefusal(response.status, origin, await response.text()) };
    }
    const tap = createStreamTap('responses');
    let firstEventMs: number | undefined;
    for await (const chunk of response.body) {
      firstEventMs ??= performance.now() - startedAt;
      tap.push(chunk);
    }
    tap.end();
    const wholeMs = performance.now() - startedAt;
    return {
      kind: 'answered',
      summary: tap.summary,
      events: tap.events,
      firstEventMs: firstEventMs ?? wholeMs,
      wholeMs,
      ...readTiming(response.headers.get('server-timing')),
    };
  } catch (cause) {
    return { kind: 'refused', refusal: noAnswer(cause) };
  }
};
