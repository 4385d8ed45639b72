import { expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { keyProvider } from './codex-config.ts';

it.each(CODEX_VERSIONS)('lets neither Codex %s nor its tools out of this machine', async (version) => {
  const cmd = 'git ls-remote https://example.com/nothing.git';
  const upstream = await startUpstream([
    {
      kind: 'sse',
      events: responsesStream([{ call: 'exec_command', arguments: { cmd } }], { id: 'resp_1' }),
    },
    { kind: 'sse', events: responsesStream([{ text: 'ok' }], { id: 'resp_2' }) },
  ]);
  const run = await runCodex({
    version,
    prompt: 'Go out.',
    args: ['-s', 'danger-full-access'],
    configToml: keyProvider(upstream.url),
    env: { OPENAI_API_KEY: 'anything' },
  });
  await upstream.close();
  expect(run.code).toBe(0);
  expect(run.outsideAttempts).toContain('example.com:443');
  expect(JSON.stringify(upstream.requests[1]?.json())).toMatch(/unable to access .*403/);
});
