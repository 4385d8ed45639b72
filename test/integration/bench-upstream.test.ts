import { once } from 'node:events';
import { describe, expect, it, onTestFinished } from 'vitest';
import { findFreePort } from '../bench/find-free-port.ts';
import { hasNginx } from '../bench/start-process.ts';
import { startUpstream } from '../bench/start-upstream.ts';
import { openRaw } from '../support/gateway/send-raw.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

describe.skipIf(!hasNginx)('the upstream of the benchmark', () => {
  it('answers a request when it has read its body, and not before', async () => {
    const upstream = await startUpstream(await findFreePort(), createTemporaryFolder('bench'), '');
    onTestFinished(() => upstream.stop());
    const body = 'x'.repeat(3_500_000);
    const head = `POST /v1/responses HTTP/1.1\r\nhost: localhost\r\ncontent-length: ${body.length}\r\n\r\n`;
    const half = await openRaw(upstream.port, head + body.slice(0, 1_000_000));
    onTestFinished(() => void half.destroy());
    let answer = '';
    half.on('data', (chunk: Buffer) => {
      answer += chunk;
    });
    const url = `http://127.0.0.1:${upstream.port}/v1/responses`;
    for (let count = 0; count < 3; count++) {
      const response = await fetch(url, { method: 'POST', body });
      expect(response.status).toBe(200);
      expect(await response.json()).toMatchObject({ object: 'response' });
    }
    expect(answer).toBe('');
    half.write(body.slice(1_000_000));
    while (!answer.includes('"resp_1"')) await once(half, 'data');
    expect(answer).toMatch(/^HTTP\/1\.1 200 /);
  });
});
