import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { startLauncher } from '../support/codex/start-launcher.ts';
import { MASTER_KEY, PROVIDER_KEY } from '../support/gateway/start-gateway.ts';
import { pricedFolder, usage } from '../support/guard/budget-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import type { Answer } from '../support/upstream/script.ts';
import { startUpstream } from '../support/upstream/start-upstream.ts';
import { keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

/** A token of input costs $0.001 there, one of output $0.01. */
const COSTLY = usage(50_000, 1_000);
const PROMPT = 'Print hello.txt until told otherwise.';

const stage = useStage();

/** Whatever it is asked, the same file is to be printed, at $60 a time. */
const createLoop = (): (() => Answer) => {
  let answers = 0;
  return () => ({
    kind: 'sse',
    events: responsesStream([{ call: 'exec_command', arguments: { cmd: 'cat hello.txt' } }], {
      id: `resp_${++answers}`,
      usage: COSTLY,
    }),
  });
};

describe.each(CODEX_VERSIONS.slice(1))('Codex %s in a circle', (version) => {
  it('ends with our sentence once `gomodel-ts codex --budget` is spent, with a gateway of its own', async () => {
    const upstream = await startUpstream(createLoop());
    const launcher = await startLauncher({
      version,
      args: ['--budget', '100', 'exec', PROMPT],
      dataDir: pricedFolder(),
      env: { OPENAI_BASE_URL: upstream.url, OPENAI_API_KEY: PROVIDER_KEY },
    });
    const { code, stderr } = await launcher.ended;
    await upstream.close();
    expect(code).toBe(1);
    expect(stderr).toMatch(
      /usage limit.*gomodel-ts: the budget of this run has no room for this request: \$\d+\.00 of \$100\.00 spent/s,
    );
    expect(stderr).not.toMatch(/Reconnecting/i);
    // The second one passes the limit by its output and what its input really was; no third one is let in.
    expect(upstream.requests.length).toBeLessThanOrEqual(2);
  });

  it('is stopped by a budget of gomodel.yaml that stops runaways, and says so once', async () => {
    const { upstream, gateway } = await stage.setUp(createLoop(), {
      masterKey: MASTER_KEY,
      configFile:
        'budgets:\n  sessions:\n    limits:\n      - { period: total, tokens: 100000000, stop_runaways: true }\n',
    });
    const outcome = await runCodex({
      version,
      prompt: PROMPT,
      configToml: keyProvider(gateway.url),
      env: { OPENAI_API_KEY: MASTER_KEY },
    });
    expect(outcome.code).toBe(1);
    expect(outcome.stderr).toMatch(/exec_command was called 10 times in a row with the same arguments/);
    expect(outcome.stderr).not.toMatch(/Reconnecting/i);
    // Each but the first request has one more result.
    expect(upstream.requests).toHaveLength(10);
    const records = await endedRequests(gateway, 11);
    expect(records.filter(({ error }) => error?.code === 'runaway_stopped')).toHaveLength(1);
    expect(records[5]?.warnings).toMatchObject([{ code: 'repeated_call', tool: 'exec_command', count: 5 }]);
    await gateway.said('exec_command was called 5 times');
  });
});
