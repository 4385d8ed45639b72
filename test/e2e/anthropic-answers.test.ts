import { describe, expect, it } from 'vitest';
import { startAnthropicUpstream } from '../support/anthropic/upstream.ts';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { keyProvider } from './codex-config.ts';
import { useStage } from './use-stage.ts';

const stage = useStage();

describe('an answer of Anthropic', () => {
  it.each(CODEX_VERSIONS)(
    'that is a refusal is shown to the user of Codex %s, who pays for it once',
    async (version) => {
      const double = await startAnthropicUpstream([{ say: [{ text: 'I begin' }], stopReason: 'refusal' }]);
      const { gateway } = await stage.setUp(
        { kind: 'hang' },
        { env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url } },
      );
      try {
        const run = await runCodex({
          version,
          prompt: 'x',
          configToml: keyProvider(gateway.url),
          args: ['-m', 'anthropic/claude-opus-5-5'],
          env: { OPENAI_API_KEY: 'anything' },
        });
        expect(run.stderr).toMatch(/^ERROR: The provider's safety checks stopped this answer\.$/m);
        expect(double.requests).toHaveLength(1);
      } finally {
        await double.close();
      }
    },
  );

  it.each(CODEX_VERSIONS)('that is long in coming is waited for by Codex %s', async (version) => {
    const silence = { pings: 20, pauseMs: 400 };
    const double = await startAnthropicUpstream([{ say: [{ text: 'ok' }], silence }]);
    const { gateway } = await stage.setUp(
      { kind: 'hang' },
      { env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url } },
    );
    try {
      const run = await runCodex({
        version,
        prompt: 'x',
        // Shorter than the silence, and long beside the time from ping to ping.
        configToml: `${keyProvider(gateway.url)}stream_idle_timeout_ms = 5000\n`,
        args: ['-m', 'anthropic/claude-opus-5-5'],
        env: { OPENAI_API_KEY: 'anything' },
      });
      expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
      expect(double.requests).toHaveLength(1);
    } finally {
      await double.close();
    }
  });
});
