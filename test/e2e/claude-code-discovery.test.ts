import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { beforeAll, expect, it, onTestFinished } from 'vitest';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { startGateway } from '../support/gateway/start-gateway.ts';

beforeAll(async () => void (await ensureClaudeCode()));

it('Claude Code lists the models of the gateway whose names it shows: aliases that begin with claude', async () => {
  const corp = { type: 'compatible', base_url: 'http://127.0.0.1:9/v1', api_key: 'k', models: ['qwen3'] };
  const aliases = { 'claude-qwen3': 'corp/qwen3', fast: 'corp/qwen3' };
  const configFile = JSON.stringify({ providers: { corp }, aliases });
  const gateway = await startGateway({ providerKey: null, configFile });
  onTestFinished(async () => void (await gateway.stop()));
  const run = await runClaudeCode({
    prompt: 'Say ok.',
    args: ['--model', 'claude-qwen3'],
    env: {
      ANTHROPIC_BASE_URL: new URL(gateway.url).origin,
      ANTHROPIC_AUTH_TOKEN: 'anything',
      CLAUDE_CODE_ENABLE_GATEWAY_MODEL_DISCOVERY: '1',
      CLAUDE_CODE_DISABLE_NONESSENTIAL_TRAFFIC: '',
      CLAUDE_CODE_MAX_RETRIES: '0',
    },
  });
  const kept: unknown = JSON.parse(
    readFileSync(join(run.folder, 'home/.claude/cache/gateway-models.json'), 'utf8'),
  );
  expect(kept).toMatchObject({ models: [{ id: 'claude-qwen3', display_name: 'claude-qwen3' }] });
});
