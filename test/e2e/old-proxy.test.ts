import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { ensureCodex } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { startOldProxy } from '../support/front/start-old-proxy.ts';
import { composeGateway } from '../support/gateway/compose-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { keyProvider } from './codex-config.ts';

const VERSION = '0.171.0';

beforeAll(async () => void (await ensureCodex(VERSION)));

it('Codex goes on over HTTP after one attempt behind a proxy that passes no upgrade on', async () => {
  const upstream = await startUpstream({ kind: 'sse', events: responsesStream([{ text: 'ok' }]) });
  onTestFinished(() => upstream.close());
  const gateway = await composeGateway(upstream.url);
  const proxy = await startOldProxy(gateway.url);
  const run = await runCodex({
    version: VERSION,
    prompt: 'Reply with exactly ok and no punctuation.',
    configToml: `${keyProvider(`${proxy}/v1`)}supports_websockets = true\n`,
    args: ['-m', 'gpt-5.5'],
    env: { OPENAI_API_KEY: 'anything' },
  });
  expect({ code: run.code, stdout: run.stdout }, run.stderr).toEqual({ code: 0, stdout: 'ok\n' });
  expect(run.stderr).not.toContain('Reconnecting');
  const asked = (await gateway.records()).filter(({ path }) => path.startsWith('/v1/responses'));
  expect(asked.map(({ method, status }) => [method, status])).toEqual([
    ['GET', 426],
    ['POST', 200],
  ]);
});
