import { describe, expect, it } from 'vitest';
import { createPromptCache } from '../support/anthropic/prompt-cache.ts';
import { startAnthropicUpstream } from '../support/anthropic/upstream.ts';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { keyProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const TURNS = 20;
const MODEL = 'claude-opus-5-5';

const stage = useStage();

/** Codex prints a file again and again; the double counts as Anthropic does what it has cached. */
const runTurns = async (version: string, env: Readonly<Record<string, string>> = {}) => {
  const cache = createPromptCache(512);
  const double = await startAnthropicUpstream((request, index) => ({
    say:
      index < TURNS - 1
        ? [{ call: 'exec_command', input: { cmd: `seq ${index} 400` } }]
        : [{ text: 'That is all.' }],
    usage: cache.use(request),
  }));
  const { gateway } = await stage.setUp(
    { kind: 'hang' },
    { env: { ANTHROPIC_API_KEY: 'sk-ant-test', ANTHROPIC_BASE_URL: double.url, ...env } },
  );
  const run = await runCodex({
    version,
    prompt: 'Count until told otherwise.',
    configToml: keyProvider(gateway.url),
    args: ['-m', `anthropic/${MODEL}`, '-s', 'danger-full-access'],
    env: { OPENAI_API_KEY: 'anything' },
  });
  await double.close();
  expect(double.refusals).toEqual([]);
  expect(run).toMatchObject({ code: 0, stdout: 'That is all.\n' });
  const records = await endedRequests(gateway, TURNS);
  const sum = (pick: (usage: NonNullable<(typeof records)[number]['usage']>) => number | undefined): number =>
    records.reduce((total, { usage }) => total + ((usage && pick(usage)) ?? 0), 0);
  const input = sum(({ inputTokens }) => inputTokens);
  const read = sum(({ cachedInputTokens }) => cachedInputTokens);
  const written = sum(({ cacheWriteTokens }) => cacheWriteTokens);
  // What is read costs a tenth, what is written a quarter more.
  const saved = (0.9 * read - 0.25 * written) / input;
  return { gateway, double, records, read, written, saved };
};

describe.each(CODEX_VERSIONS.slice(-1))('twenty turns of Codex %s on Anthropic', (version) => {
  it('cost a fifth of what they would without a cache, and the record and the sums say so', async () => {
    const { gateway, double, records, read, saved } = await runTurns(version);
    expect(double.accepted).toHaveLength(TURNS);
    expect(saved).toBeGreaterThan(0.75);
    for (const { translation } of records) {
      expect(translation?.caching).toMatch(/^[34] cache_control marks$/);
    }
    const root = gateway.url.replace(/\/v1$/, '');
    const summary = (await (await fetch(`${root}/admin/api/v1/usage/summary`)).json()) as {
      total_cost: number;
      saved_by_cache: number;
    };
    // By the price list: $5 a million tokens, $0.50 read, $6.25 written.
    expect(summary).toMatchObject({ cached_input_tokens: read, saved_by_cache: expect.any(Number) });
    expect(summary.saved_by_cache).toBeGreaterThan(0.7 * (summary.total_cost + summary.saved_by_cache));
  });

  it('ask for no cache where PROMPT_CACHING is off for the provider', async () => {
    const { double, records, read, written } = await runTurns(version, { ANTHROPIC_PROMPT_CACHING: 'off' });
    expect({ read, written }).toEqual({ read: 0, written: 0 });
    expect(JSON.stringify(double.accepted)).not.toContain('cache_control');
    expect(records.every(({ translation }) => translation?.caching === undefined)).toBe(true);
  });
});
