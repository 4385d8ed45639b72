import { brotliCompressSync, gzipSync } from 'node:zlib';
import { compress } from '@mongodb-js/zstd';
import { describe, expect, it, onTestFinished } from 'vitest';
import { compatibleSpec } from '../../../src/providers/specs/compatible.ts';
import { providerAt, withProviders } from '../../support/gateway/add-providers.ts';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const chunk = (delta: object, finish_reason: string | null = null): string =>
  `data: ${JSON.stringify({ id: 'c', model: 'm', choices: [{ index: 0, delta, finish_reason }] })}\n\n`;
const STREAM = Buffer.from(`${chunk({ content: 'Hello' })}${chunk({}, 'stop')}data: [DONE]\n\n`);
const OBJECT = Buffer.from(
  JSON.stringify({
    id: 'c',
    model: 'm',
    choices: [{ index: 0, message: { role: 'assistant', content: 'Hello' }, finish_reason: 'stop' }],
    usage: { prompt_tokens: 3, completion_tokens: 1, total_tokens: 4 },
  }),
);

const ask = async (path: string, stream: boolean, body: Buffer, coding: string) => {
  const type = stream ? 'text/event-stream' : 'application/json';
  const upstream = await startUpstream({
    kind: 'bytes',
    body,
    headers: { 'content-type': type, ...(coding && { 'content-encoding': coding }) },
  });
  onTestFinished(() => upstream.close());
  const configure = withProviders([providerAt(compatibleSpec, upstream.url)], {
    defaultProvider: 'compatible',
  });
  const gateway = await composeGateway(upstream.url, { configure });
  const response = await fetch(gateway.v1 + path, {
    method: 'POST',
    headers: { 'content-type': 'application/json', 'accept-encoding': 'identity' },
    body: JSON.stringify({
      model: 'compatible/m',
      stream,
      input: 'Hi',
      messages: [{ role: 'user', content: 'Hi' }],
    }),
  });
  const text = await response.text().catch(() => '');
  return { status: response.status, text, record: (await gateway.records()).at(-1) };
};

const CASES: [string, string, (body: Buffer) => Buffer | Promise<Buffer>][] = [
  ['gzip, and is plain', 'gzip', (body) => body],
  ['br, and is plain', 'br', (body) => body],
  ['zstd, and is plain', 'zstd', (body) => body],
  ['utf-8, and is plain', 'utf-8', (body) => body],
  ['none, and is plain', 'none', (body) => body],
  ['gzip, and is zstd', 'gzip', (body) => compress(body)],
  ['deflate, and is gzip', 'deflate', (body) => gzipSync(body)],
  ['x-unknown, and is gzip', 'x-unknown', (body) => gzipSync(body)],
  ['gzip, and is', 'gzip', (body) => gzipSync(body)],
  ['br, and is', 'br', (body) => brotliCompressSync(body)],
  ['zstd, and is', 'zstd', (body) => compress(body)],
];

describe.each(CASES)('K8: an answer that says it is %s', (_title, coding, encode) => {
  it('is read by a translated client, streamed and not', async () => {
    const streamed = await ask('/responses', true, await encode(STREAM), coding);
    expect(streamed.text).toContain('event: response.completed');
    expect(streamed.text).toContain('Hello');
    const object = await ask('/responses', false, await encode(OBJECT), coding);
    expect(object.status).toBe(200);
    expect(JSON.parse(object.text)).toMatchObject({ status: 'completed', usage: { total_tokens: 4 } });
  });

  it('is read for the log where it is passed on', async () => {
    const { record } = await ask('/chat/completions', false, await encode(OBJECT), coding);
    expect(record).toMatchObject({ response: { finish: 'completed' }, usage: { totalTokens: 4 } });
    const streamed = await ask('/chat/completions', true, await encode(STREAM), coding);
    expect(streamed.record).toMatchObject({ stream: true, response: { finish: 'completed' } });
  });
});
