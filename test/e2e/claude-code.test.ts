import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import {
  type AnthropicUpstream,
  type ScriptedTurn,
  startAnthropicUpstream,
} from '../support/anthropic/upstream.ts';
import { ensureClaudeCode, runClaudeCode } from '../support/claude-code/run-claude-code.ts';
import { type GatewayProcess, MASTER_KEY, startGateway } from '../support/gateway/start-gateway.ts';

const MODEL = 'claude-opus-5-5';
const PROVIDER_KEY = 'sk-ant-of-the-gateway';

/** Two commands with thoughts before them, one of which edits a file, and an answer. */
const SESSION: readonly [ScriptedTurn, ...ScriptedTurn[]] = [
  {
    say: [{ thinking: 'First look – 你好.' }, { text: 'I look.' }, bash('cat hello.txt')],
    usage: { input_tokens: 20, cache_read_input_tokens: 1000, output_tokens: 40 },
  },
  { say: [{ thinking: 'Now edit.' }, bash("printf 'wörld' > hello.txt")] },
  { say: [{ text: 'ok' }] },
];

function bash(command: string) {
  return { call: 'Bash', input: { command, description: 'As asked' } } as const;
}

let missing: string | undefined;
let double: AnthropicUpstream;
let gateway: GatewayProcess;

const setUp = async (masterKey?: string): Promise<string> => {
  double = await startAnthropicUpstream(SESSION);
  gateway = await startGateway({
    providerKey: null,
    ...(masterKey !== undefined && { masterKey }),
    env: { ANTHROPIC_API_KEY: PROVIDER_KEY, ANTHROPIC_BASE_URL: double.url },
  });
  return new URL(gateway.url).origin;
};

beforeAll(async () => {
  await ensureClaudeCode().catch((reason: unknown) => {
    missing = `Claude Code cannot be installed: ${reason instanceof Error ? reason.message : reason}`;
  });
});
beforeEach((context) => context.skip(missing !== undefined, missing));
afterEach(async () => {
  await gateway?.stop();
  await double?.close();
});

describe('Claude Code through the gateway', () => {
  it.each([
    ['/p/anthropic', undefined],
    ['', undefined],
    ['/p/anthropic', MASTER_KEY],
  ])('works at its address %s, master key: %s', async (path, masterKey) => {
    const origin = await setUp(masterKey);
    const run = await runClaudeCode({
      prompt: 'Print hello.txt, change it, then reply ok.',
      args: ['--model', MODEL, '--allowedTools', 'Bash'],
      env: { ANTHROPIC_BASE_URL: `${origin}${path}`, ANTHROPIC_API_KEY: masterKey ?? 'anything' },
    });
    expect(double.refusals).toEqual([]);
    expect(run.stderr).toBe('');
    expect(run).toMatchObject({ code: 0, stdout: 'ok\n', outsideAttempts: [] });
    expect(readFileSync(join(run.workFolder, 'hello.txt'), 'utf8')).toBe('wörld');

    // Its own words came back to it and to the provider: its history holds them to the byte.
    expect(double.accepted).toHaveLength(SESSION.length);
    expect(double.dropped).toEqual([]);
    for (const { headers } of double.requests) {
      expect(headers['x-api-key']).toBe(PROVIDER_KEY);
      expect(headers.authorization).toBeUndefined();
      expect(headers['anthropic-beta']).toMatch(/claude-code/);
    }

    const records = await gateway.logs((all) => all.filter(({ method }) => method === 'POST').length >= 3);
    const posts = records.filter(({ method }) => method === 'POST');
    for (const [place, record] of posts.entries()) {
      expect(record).toMatchObject({ status: 200, provider: 'anthropic', model: MODEL, stream: true });
      expect(record.request.bodyBytes).toBe(double.requests[place]?.body.length);
    }
    const sessions = new Set(posts.map(({ client }) => client?.sessionId));
    expect([...sessions]).toEqual([expect.stringMatching(/^[0-9a-f-]{36}$/)]);
    expect(posts[0]).toMatchObject({
      usage: { inputTokens: 1028, cachedInputTokens: 1000, outputTokens: 40 },
      response: { finish: 'completed', toolCalls: ['Bash'] },
    });
  });

  it('is told what the provider refuses, in the words of the provider', async () => {
    const origin = await setUp();
    const run = await runClaudeCode({
      prompt: 'x',
      args: ['--model', 'claude-unheard-of'],
      env: { ANTHROPIC_BASE_URL: `${origin}/p/anthropic`, ANTHROPIC_API_KEY: 'anything' },
    });
    expect(double.refusals[0]).toMatch(/model: claude-unheard-of/);
    expect(run.code).not.toBe(0);
    expect(run.stdout + run.stderr).toMatch(/claude-unheard-of/);
  });
});
