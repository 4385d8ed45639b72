import { describe, expect, it } from 'vitest';
import { startOllama } from '../support/chat/start-ollama.ts';
import { startChatUpstream } from '../support/chat-upstream.ts';
import { runCodex } from '../support/codex/run-codex.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { endedRequests } from './use-stage.ts';

const NEWEST = '0.171.0';
const PROMPT = 'Reply with exactly ok and no punctuation.';

describe('codex --oss through the gateway', () => {
  it.each([
    ['ollama', 'OLLAMA', 'gpt-oss:20b', true],
    ['ollama', 'OLLAMA', 'gpt-oss:20b', false],
    ['lmstudio', 'LMSTUDIO', 'openai/gpt-oss-20b', true],
  ])('works with %s', async (provider, prefix, model, isThere) => {
    const chat = await startChatUpstream([{ text: 'ok' }], 'template');
    const local = await startOllama(isThere ? [model] : ['other:1b'], chat);
    const gateway = await startGateway({ providerKey: null, env: { [`${prefix}_BASE_URL`]: local.url } });
    try {
      const run = await runCodex({
        version: NEWEST,
        prompt: PROMPT,
        args: ['--oss', '--local-provider', provider],
        env: { CODEX_OSS_BASE_URL: gateway.url },
      });
      expect(chat.refusals).toEqual([]);
      expect(run, run.stderr.slice(-2000)).toMatchObject({ code: 0, stdout: 'ok\n' });
      const pull = `POST /api/pull${JSON.stringify({ model, stream: true })}`;
      if (provider === 'ollama') {
        expect(local.asked).toEqual(['GET /api/version', 'GET /api/tags', ...(isThere ? [] : [pull])]);
      }
      const records = await endedRequests(gateway, 1);
      const asked = records.filter(({ path }) => path === '/v1/responses');
      expect(asked.at(-1)).toMatchObject({ status: 200, provider, requestedModel: model });
    } finally {
      await gateway.stop();
      await local.close();
      await chat.close();
    }
  });
});
