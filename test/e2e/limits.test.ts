import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { CODEX_WAYS, keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const OK = { kind: 'sse', events: responsesStream([{ text: 'ok' }]) } as const;
const PROMPT = 'Reply with exactly ok and no punctuation.';

const stage = useStage();

describe.each(CODEX_VERSIONS)('Codex %s at a rate limit', (version) => {
  it.each(CODEX_WAYS)(
    'that is reached for the day asks once, and shows which and until when: %s',
    async (_name, run) => {
      const { upstream, gateway } = await stage.setUp(OK, {
        masterKey: MASTER_KEY,
        env: { SET_RATE_LIMIT: 'rpd=0' },
      });
      const outcome = await runCodex({ ...run(gateway, MASTER_KEY), version, prompt: PROMPT });
      expect(outcome.code).toBe(1);
      expect(outcome.stderr).toMatch(
        /usage limit.*gomodel-ts: this gateway may have 0 requests a day, and has reached that.*try again at/,
      );
      expect(outcome.stderr).not.toMatch(/Reconnecting/i);
      const records = await endedRequests(gateway, 1);
      expect(records.filter(({ error }) => error?.code === 'rate_limit_exceeded')).toHaveLength(1);
      expect(upstream.requests).toHaveLength(0);
    },
  );
});

describe.each(CODEX_VERSIONS.slice(1))('Codex %s at a rate limit', (version) => {
  it('that will have room in a moment waits, and goes on by itself', async () => {
    const { upstream, gateway } = await stage.setUp(
      // What runs first holds the only place until it has been in Codex's way.
      ({ body }) => ({
        ...OK,
        ...(body.toString().includes('first of all') && { eventLimit: 1, finally: 'hang' }),
      }),
      { masterKey: MASTER_KEY, env: { SET_RATE_LIMIT: 'concurrent=1' } },
    );
    const first = await fetch(`${gateway.url}/responses`, {
      method: 'POST',
      headers: { 'content-type': 'application/json', authorization: `Bearer ${MASTER_KEY}` },
      body: JSON.stringify({ model: 'gpt-test', stream: true, input: 'first of all' }),
    });
    const running = runCodex({
      version,
      prompt: PROMPT,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: MASTER_KEY },
    });
    await gateway.logs((all) => all.some(({ error }) => error?.code === 'rate_limit_exceeded'));
    await first.body?.cancel();
    const outcome = await running;
    expect([outcome.code, outcome.stdout]).toEqual([0, 'ok\n']);
    expect(upstream.requests).toHaveLength(2);
  });
});
