import { describe, expect, it, onTestFinished } from 'vitest';
import { CODEX_VERSIONS } from '../support/codex/ensure-codex.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { MESSAGES_CASES, messagesGateway } from '../support/messages-cases.ts';
import { keyProvider } from './codex-config.ts';

const OVERFLOWS = {
  deepseek:
    "This model's maximum context length is 131072 tokens. However, you requested 140000 tokens (131808 in the messages, 8192 in the completion).",
  gemini: 'The input token count (1195000) exceeds the maximum number of tokens allowed (1048576).',
} as const;

const CASES = MESSAGES_CASES.filter(({ provider }) => provider in OVERFLOWS);
const WAYS = [
  [CODEX_VERSIONS[0], 'HTTP', ''],
  [CODEX_VERSIONS[2], 'HTTP', ''],
  [CODEX_VERSIONS[2], 'WebSocket', 'supports_websockets = true\n'],
] as const;

describe.each(CASES)('a session of Codex that is too long for $title', (which) => {
  it.each(WAYS)(
    'is compacted before its next turn by Codex %s over %s',
    async (version, _name, webSocket) => {
      const message = OVERFLOWS[which.provider as keyof typeof OVERFLOWS];
      let hasRefused = false;
      const double = await which.start((_index, request) => {
        if (!request.includes('turn-number-two')) return { text: 'ok one' };
        if (request.includes('turn-number-three')) return { text: 'ok three' };
        if (hasRefused) return { text: 'what was done (a summary)' };
        hasRefused = true;
        return {
          kind: 'json',
          status: 400,
          body: { error: { message, code: 400, status: 'INVALID_ARGUMENT' } },
        };
      });
      onTestFinished(() => double.close());
      const { configFile, ...options } = messagesGateway(which, double.url);
      const gateway = await startGateway({
        ...options,
        configFile: configFile.replace('"claude-*"', 'gpt-5.4'),
      });
      onTestFinished(() => gateway.stop().then(() => undefined));

      const run = {
        version,
        configToml: keyProvider(gateway.url) + webSocket,
        env: { OPENAI_API_KEY: 'any' },
      };
      const first = await runCodex({ ...run, prompt: 'turn-number-one', args: ['-m', 'gpt-5.4'] });
      expect(first).toMatchObject({ code: 0, stdout: 'ok one\n' });
      const { codexHome, workFolder } = first;
      const goOn = (prompt: string) =>
        runCodex({
          ...{ ...run, codexHome, workFolder, prompt },
          args: ['-m', 'gpt-5.4', '--skip-git-repo-check', 'resume', '--last'],
        });
      const second = await goOn('turn-number-two');
      expect(second.code).toBe(1);
      expect(second.stderr).toContain('ran out of room in the model');
      expect(await goOn('turn-number-three')).toMatchObject({ code: 0, stdout: 'ok three\n' });
      expect(double.refusals).toEqual([]);
      expect(double.requests.at(-1)?.body.toString()).toContain('(a summary)');
      const records = await gateway.logs((all) => all.length >= 3);
      expect(records.filter(({ error }) => error?.code === 'context_length_exceeded')).toHaveLength(1);
    },
  );
});
