import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { baseUrlOf, claudeVariables } from '../../../src/cli/claude/claude-variables.ts';
import { pinAddress } from '../../../src/cli/claude/pin-address.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const RUN = {
  gatewayUrl: 'http://localhost:8080',
  isDemo: false,
  key: 'gm-key',
  runId: 'run_1',
  budgetUsd: undefined,
  args: [] as string[],
};

describe('the environment of Claude Code', () => {
  it('has the address and the key of the gateway, and no credential that the shell has for other places', () => {
    const env = {
      PATH: '/bin',
      ANTHROPIC_API_KEY: 'sk-ant-own',
      CLAUDE_CODE_OAUTH_TOKEN: 'oat',
      CLAUDE_CODE_USE_BEDROCK: '1',
      ANTHROPIC_CUSTOM_HEADERS: 'X-Team: blue',
    };
    const variables = claudeVariables({ ...RUN, budgetUsd: 2.5 }, env);
    expect(variables).toMatchObject({
      PATH: '/bin',
      ANTHROPIC_BASE_URL: 'http://localhost:8080/p/anthropic',
      ANTHROPIC_AUTH_TOKEN: 'gm-key',
      ANTHROPIC_CUSTOM_HEADERS:
        'X-Team: blue\nX-GoModel-Run: run_1\nX-GoModel-Run-Budget: 2.5\nX-GoModel-Key: gm-key',
      NO_PROXY: 'localhost,127.0.0.1,::1',
    });
    for (const name of ['ANTHROPIC_API_KEY', 'CLAUDE_CODE_OAUTH_TOKEN', 'CLAUDE_CODE_USE_BEDROCK']) {
      expect(variables).not.toHaveProperty(name);
    }
    expect(env.ANTHROPIC_API_KEY).toBe('sk-ant-own');
  });

  it.each([
    [[], {}, '/p/anthropic'],
    [['--model', 'opus'], {}, '/p/anthropic'],
    [['--model=claude-opus-5-5'], {}, '/p/anthropic'],
    [['--model', 'ollama/qwen3'], {}, ''],
    [['-p', 'x', '--model=qwen3:32b'], {}, ''],
    [[], { ANTHROPIC_MODEL: 'openrouter/moonshotai/kimi-k2' }, ''],
    [['--model', 'sonnet'], { ANTHROPIC_MODEL: 'ollama/qwen3' }, '/p/anthropic'],
  ])('leads %j with %j to the provider of that model', (args, env, path) => {
    expect(baseUrlOf({ ...RUN, args }, env)).toBe(`http://localhost:8080${path}`);
  });

  it('leads every model to the demo where that answers', () => {
    expect(baseUrlOf({ ...RUN, isDemo: true, args: ['--model', 'opus'] }, {})).toBe('http://localhost:8080');
  });

  it('asks the chosen model for what Claude Code does beside the conversation, unless the user says otherwise', () => {
    const run = { ...RUN, args: ['--model', 'ollama/qwen3'] };
    expect(claudeVariables(run, {}).ANTHROPIC_DEFAULT_HAIKU_MODEL).toBe('ollama/qwen3');
    expect(claudeVariables(RUN, {}).ANTHROPIC_DEFAULT_HAIKU_MODEL).toBeUndefined();
    const named = { ANTHROPIC_DEFAULT_HAIKU_MODEL: 'ollama/small' };
    expect(claudeVariables(run, named).ANTHROPIC_DEFAULT_HAIKU_MODEL).toBe('ollama/small');
  });
});

describe("Claude Code's settings", () => {
  const url = 'http://localhost:8080/p/anthropic';
  const read = (args: readonly string[]): unknown => JSON.parse(args[1] ?? '');

  it('name the address of the gateway, before the arguments of the user', () => {
    const pinned = pinAddress(['-p', 'say --settings'], url, '/');
    expect(pinned[0]).toBe('--settings');
    expect(read(pinned)).toMatchObject({ env: { ANTHROPIC_BASE_URL: url, CLAUDE_CODE_USE_BEDROCK: '' } });
    expect(pinned.slice(2)).toEqual(['-p', 'say --settings']);
  });

  it('keep what the user sets, as JSON or in a file, but for the address', () => {
    const own = { model: 'opus', env: { A: '1', ANTHROPIC_BASE_URL: 'https://elsewhere.example' } };
    const folder = createTemporaryFolder('settings');
    writeFileSync(join(folder, 'own.json'), JSON.stringify(own));
    for (const given of [
      ['--settings', JSON.stringify(own)],
      [`--settings=${JSON.stringify(own)}`],
      ['--settings', 'own.json'],
    ]) {
      const pinned = pinAddress(['-c', ...given, 'x'], url, folder);
      expect(read(pinned)).toMatchObject({ model: 'opus', env: { A: '1', ANTHROPIC_BASE_URL: url } });
      expect(pinned.slice(2)).toEqual(['-c', 'x']);
    }
  });

  it('that cannot be read are refused', () => {
    expect(() => pinAddress(['--settings', '{"a":'], url, '/')).toThrow(/neither JSON nor a file/);
    expect(() => pinAddress(['--settings', 'no-such.json'], url, '/')).toThrow(/no such file/);
  });
});
