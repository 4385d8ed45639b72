import { describe, expect, it } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import type { Step } from '../support/translate/dialect-double.ts';
import { DIALECT_CASES } from '../support/translate/dialect-doubles.ts';
import { chatGptProvider } from './codex-config.ts';
import { endedRequests, useStage } from './use-stage.ts';

const stage = useStage();

const SUMMARY = 'The first file holds the word hello.';
const SESSION: [Step, ...Step[]] = [
  { calls: [{ name: 'exec_command', input: { cmd: 'cat hello.txt' } }] },
  { text: SUMMARY },
  { text: 'ok' },
];

/** One of each version's models, as an alias: Codex knows its window, and asks the gateway for compaction. */
const WAYS = [
  [CODEX_VERSIONS[0], 'gpt-5.4', 'http'],
  [CODEX_VERSIONS[2], 'gpt-5.5', 'http'],
  [CODEX_VERSIONS[2], 'gpt-5.5', 'websocket'],
] as const;
const APIS = DIALECT_CASES.filter(({ provider }) => /^(?:deepseek|anthropic|gemini)$/.test(provider));

describe.each(APIS)('the compaction of a session with a model of $provider', ({ provider, model, start }) => {
  it.each(WAYS)(
    'is a summary that Codex %s goes on from, as %s, over %s',
    async (version, alias, transport) => {
      const webSocket = transport === 'websocket' ? 'supports_websockets = true\n' : '';
      const { gateway, double } = await stage.setUpProvider(start, SESSION, {
        configFile: `aliases:\n  ${alias}: ${provider}/${model}\n`,
      });
      const run = await runCodex({
        version,
        prompt: 'Print the first file, then reply ok.',
        signIn: 'chatgpt',
        configToml: `model_auto_compact_token_limit = 10\n${chatGptProvider(gateway.url)}${webSocket}`,
        args: ['-m', alias, '-s', 'danger-full-access'],
        env: { GOMODEL_MASTER_KEY: 'none is asked for' },
      });
      expect(double.refusals).toEqual([]);
      expect(run.stderr).not.toMatch(/^ERROR: /m);
      expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
      const [, summarizing, after] = double.bodies();
      expect(summarizing).toContain('hello.txt');
      expect(after).toContain(SUMMARY);
      expect(after).toContain('when gomodel-ts made it short');
      expect(after).toContain('Print the first file');
      expect(after).not.toContain('cat hello.txt');
      const [, compaction] = await endedRequests(gateway, SESSION.length);
      expect(compaction?.transport).toBe(transport);
      expect(compaction?.translation?.losses.join()).toContain('a summary by the model');
    },
  );
});
