import { afterEach, describe, expect, it } from 'vitest';
import { type ChatScript, type ChatUpstream, startChatUpstream } from '../support/chat-upstream.ts';
import { type CodexOutcome, runCodex } from '../support/codex/run-codex.ts';
import { keyProvider, NO_RETRIES } from './codex-config.ts';
import { useStage } from './use-stage.ts';

const VERSION = '0.171.0';
const PROMPT = 'Let a sub-agent count the files, then reply ok.';

const stage = useStage();
let double: ChatUpstream | undefined;
afterEach(async () => {
  await double?.close();
  double = undefined;
});

/** Codex with a model that it knows as one of its own, and which a local server answers for. */
const runWith = async (
  model: string,
  script: ChatScript,
): Promise<{ run: CodexOutcome; server: ChatUpstream }> => {
  const server = await startChatUpstream(script, 'template');
  double = server;
  const { gateway } = await stage.setUp(
    { kind: 'hang' },
    {
      env: { VLLM_API_KEY: 'sk-test', VLLM_BASE_URL: server.url },
      configFile: 'aliases:\n  gpt-6.2-sol: vllm/a-model\n',
    },
  );
  const run = await runCodex({
    version: VERSION,
    prompt: PROMPT,
    configToml: keyProvider(gateway.url),
    args: [...NO_RETRIES, '-m', model, '-s', 'danger-full-access'],
    env: { OPENAI_API_KEY: 'anything' },
  });
  return { run, server };
};

describe('a sub-agent of the real Codex on a translated model', () => {
  it('is told its task, and its parent is told what came of it', async () => {
    let parentTurns = 0;
    const { run, server } = await runWith('gpt-6.2-sol', (request) => {
      const conversation = JSON.stringify(request.messages);
      if (!conversation.includes(PROMPT)) return { text: 'There is one file.' };
      const named = (name: string): string =>
        request.tools?.find((tool) => tool.function.name.endsWith(name))?.function.name ?? name;
      const turns = [
        {
          name: named('spawn_agent'),
          json: JSON.stringify({ task_name: 'count', message: 'Count the files.', fork_turns: 'none' }),
        },
        { name: named('wait_agent'), json: '{"timeout_ms":10000}' },
      ];
      const call = turns[parentTurns++];
      return call === undefined ? { text: 'ok' } : { calls: [call] };
    });
    expect(server.refusals).toEqual([]);
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    const conversations = server.accepted.map(({ messages }) => JSON.stringify(messages));
    const child = conversations.find((conversation) => !conversation.includes(PROMPT));
    expect(child).toMatch(/Message Type: NEW_TASK.*Count the files\./);
    expect(conversations.at(-1)).toMatch(/Message Type: FINAL_ANSWER.*There is one file\./);
  });
});

describe('a call that the real Codex could not read', () => {
  it.each(['[1]', ''])('K3: with the arguments %j does not end the session', async (json) => {
    const { run, server } = await runWith('vllm/a-model', [
      { calls: [{ name: 'exec_command', json }] },
      { calls: [{ name: 'exec_command', json: '{"cmd":"ls"}' }] },
      { text: 'ok' },
    ]);
    expect(server.refusals).toEqual([]);
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n' });
    expect(server.accepted).toHaveLength(3);
  });
});
