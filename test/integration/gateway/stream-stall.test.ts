import { expect, it } from 'vitest';
import { composeGateway } from '../../support/gateway/compose-gateway.ts';
import { responsesStream } from '../../support/upstream/responses-stream.ts';
import { startUpstream } from '../../support/upstream/start-upstream.ts';

const EVENTS = responsesStream([{ text: 'one two three' }]);

const ask = async (v1: string, path: string): Promise<string> => {
  const response = await fetch(`${v1}/${path}`, {
    method: 'POST',
    headers: { 'content-type': 'application/json' },
    body: JSON.stringify({
      model: 'gpt-test',
      input: 'x',
      max_tokens: 100,
      messages: [{ role: 'user', content: 'x' }],
      stream: true,
    }),
  });
  return response.text();
};

it.each([
  ['responses', /event: response\.failed\ndata: .*STREAM_STALL_TIMEOUT/],
  ['messages', /event: error\ndata: .*STREAM_STALL_TIMEOUT/],
])('ends a stream of %s that stands still, in words, and no other one', async (path, words) => {
  const upstream = await startUpstream({ kind: 'sse', events: EVENTS, eventLimit: 4, finally: 'hang' });
  const gateway = await composeGateway(upstream.url, { env: { STREAM_STALL_TIMEOUT: '1500ms' } });
  expect(await ask(gateway.v1, path)).toMatch(words);
  expect((await upstream.request(0)).url).toBe('/v1/responses');
  upstream.play({ kind: 'sse', events: EVENTS, chunkBytes: 80, pauseMs: 60 });
  expect(await ask(gateway.v1, path)).toMatch(/event: (?:response\.completed|message_stop)\n/);
  const records = await gateway.records();
  expect(records).toMatchObject([
    { response: { finish: 'truncated' }, error: { code: 'upstream_timeout', origin: 'network' } },
    { response: { finish: 'completed' } },
  ]);
  expect(records[1]?.durationMs).toBeGreaterThan(1500);
  await upstream.close();
});
