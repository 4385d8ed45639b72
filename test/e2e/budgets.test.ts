import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { MASTER_KEY } from '../support/gateway/start-gateway.ts';
import { responsesStream } from '../support/upstream/responses-stream.ts';
import { CODEX_WAYS } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();
const SPENT = /usage limit.*gomodel-ts: the daily budget of this gateway has no room for this request/s;

describe.each(CODEX_VERSIONS)('Codex %s', (version) => {
  it.each(CODEX_WAYS)('asks once where the budget is spent, and shows why: %s', async (_name, run) => {
    const { gateway } = await stage.setUp(
      { kind: 'sse', events: responsesStream([{ text: 'ok' }]) },
      { masterKey: MASTER_KEY, env: { SET_BUDGET: 'daily=0' } },
    );
    const outcome = await runCodex({
      ...run(gateway, MASTER_KEY),
      version,
      prompt: 'Reply with exactly ok.',
    });
    expect(`${outcome.stdout}${outcome.stderr}`).toMatch(SPENT);
    const records = await endedRequests(gateway, 1);
    expect(records.filter(({ error }) => error?.code === 'budget_exceeded')).toHaveLength(1);
  });
});
