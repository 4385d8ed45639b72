import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished } from 'vitest';
import { startAnthropicUpstream } from '../support/anthropic/upstream.ts';
import { startChatUpstream } from '../support/chat-upstream.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const KEYS = { KEY_ONE: 'sk-one', KEY_TWO: 'sk-two', MASTER: 'gm-master-key', ANTHROPIC_API_KEY: 'sk-ant' };

const startDoubles = async () => {
  const [one, two, claude] = await Promise.all([
    startChatUpstream([{ text: 'one' }], 'template'),
    startChatUpstream([{ text: 'two' }], 'template'),
    startAnthropicUpstream([{ say: [{ text: 'claude' }] }]),
  ]);
  onTestFinished(async () => {
    for (const double of [one, two, claude]) await double.close();
  });
  return { one, two, claude };
};

const importText = async (from: 'litellm' | 'gomodel', name: string, text: string) => {
  const folder = createTemporaryFolder('import');
  writeFileSync(join(folder, name), text);
  const outcome = await runCli(['import', from, name, '--write', 'gomodel.yaml'], {}, folder);
  expect(outcome).toMatchObject({ code: 0, stdout: '' });
  return { ...outcome, folder, yaml: readFileSync(join(folder, 'gomodel.yaml'), 'utf8') };
};

/** Asks a gateway that was started with a configuration. */
const serve = async (configFile: string) => {
  const gateway = await startGateway({ configFile, env: KEYS, providerKey: null });
  onTestFinished(() => gateway.stop().then(() => undefined));
  return async (model: string, session?: string): Promise<string> => {
    const response = await fetch(`${gateway.url}/chat/completions`, {
      method: 'POST',
      headers: {
        authorization: `Bearer ${KEYS.MASTER}`,
        'content-type': 'application/json',
        ...(session && { 'session-id': session }),
      },
      body: JSON.stringify({ model, messages: [{ role: 'user', content: 'Hi' }] }),
    });
    const answer = (await response.json()) as { choices?: { message: { content: string } }[] };
    return answer.choices?.[0]?.message.content ?? JSON.stringify(answer);
  };
};

describe('gomodel-ts import', () => {
  it('makes a configuration of LiteLLM’s that starts, and asks whom that one would', async () => {
    const { one, two, claude } = await startDoubles();
    const { yaml, stderr } = await importText(
      'litellm',
      'config.yaml',
      `model_list:
  - model_name: smart
    litellm_params: { model: openai/qwen3, api_base: "${one.url}", api_key: os.environ/KEY_ONE, weight: 1 }
  - model_name: smart
    litellm_params: { model: openai/qwen3, api_base: "${two.url}", api_key: os.environ/KEY_TWO, weight: 1 }
  - model_name: sonnet
    litellm_params: { model: anthropic/claude-sonnet-4-6, api_base: "${claude.url}" }
router_settings: { model_group_alias: { best: smart }, redis_host: localhost }
general_settings: { master_key: os.environ/MASTER }
`,
    );
    expect(stderr).toMatch(
      /^config\.yaml:8: router_settings\.redis_host: .*\nIt needs these variables: KEY_ONE/,
    );
    const ask = await serve(yaml);
    expect(await ask('sonnet')).toBe('claude');
    const answers = new Set<string>();
    for (let session = 0; session < 20; session++) answers.add(await ask('best', `session-${session}`));
    expect([...answers].sort()).toEqual(['one', 'two']);
    expect(one.requests[0]?.headers.authorization).toBe('Bearer sk-one');
    expect(two.requests[0]?.headers.authorization).toBe('Bearer sk-two');
  });

  it('makes one of GoModel’s file and of its variables that does the same', async () => {
    const { one, claude } = await startDoubles();
    const file = await importText(
      'gomodel',
      'config.yaml',
      `server: { master_key: "\${MASTER}" }
providers:
  corp: { type: openai, base_url: "${one.url}", api_key: "\${KEY_ONE}" }
  anthropic: { type: anthropic, base_url: "${claude.url}", api_key: "\${ANTHROPIC_API_KEY}" }
virtual_models:
  - { source: regular, target: corp/qwen3 }
  - { source: smart, strategy: failover, targets: [{ model: anthropic/claude-sonnet-4-6 }, { model: regular }] }
`,
    );
    const ask = await serve(file.yaml);
    expect([await ask('regular'), await ask('smart')]).toEqual(['one', 'claude']);

    const variables = await importText(
      'gomodel',
      '.env',
      `ANTHROPIC_API_KEY=sk-ant\nANTHROPIC_BASE_URL=${claude.url}\nVIRTUAL_MODELS=[{"source":"smart","target":"anthropic/claude-sonnet-4-6"}]\n`,
    );
    expect(variables.yaml).not.toContain('sk-ant');
    expect(await (await serve(variables.yaml))('smart')).toBe('claude');
  });

  it('prints the result where no file is named, and never writes over one', async () => {
    const folder = createTemporaryFolder('import');
    writeFileSync(
      join(folder, 'config.yaml'),
      'model_list: [{ model_name: a, litellm_params: { model: groq/b } }]\n',
    );
    const printed = await runCli(['import', 'litellm', 'config.yaml'], {}, folder);
    expect(printed).toMatchObject({ code: 0, stdout: expect.stringContaining('a: groq/b') });
    const again = await runCli(['import', 'litellm', 'config.yaml', '--write', 'config.yaml'], {}, folder);
    expect(again).toMatchObject({ code: 1, stdout: '' });
    expect(again.stderr).toMatch(/config\.yaml is there already, and is not overwritten/);
    expect(readFileSync(join(folder, 'config.yaml'), 'utf8')).toMatch(/^model_list/);
  });
});
