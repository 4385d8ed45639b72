import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import { describe, expect, it } from 'vitest';
import { chosenModel } from '../../../src/cli/claude/chosen-model.ts';
import { baseUrlOf, claudeVariables, settingsOverHeaders } from '../../../src/cli/claude/claude-variables.ts';
import { pinAddress } from '../../../src/cli/claude/pin-address.ts';
import { readUserSettings } from '../../../src/cli/claude/user-settings.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const RUN = {
  gatewayUrl: 'http://localhost:8080',
  isDemo: false,
  key: 'gm-key',
  runId: 'run_1',
  budgetUsd: undefined,
  model: undefined as string | undefined,
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
    [[], {}, '', { model: 'glm-5' }],
    [['--model', 'opus'], {}, '/p/anthropic', { model: 'glm-5', modelVariable: 'glm-5' }],
    [[], { ANTHROPIC_MODEL: 'opus' }, '/p/anthropic', { model: 'glm-5' }],
    [[], { ANTHROPIC_MODEL: 'opus' }, '', { model: 'opus', modelVariable: 'glm-5' }],
  ])(
    'leads %j with %j to the provider of that model',
    (args, env, path, settings?: Parameters<typeof chosenModel>[2]) => {
      const model = chosenModel(args, env, settings ?? {});
      expect(baseUrlOf({ ...RUN, model })).toBe(`http://localhost:8080${path}`);
    },
  );

  it('leads every model to the demo where that answers', () => {
    expect(baseUrlOf({ ...RUN, isDemo: true, model: 'opus' })).toBe('http://localhost:8080');
  });

  it('asks the chosen model for what Claude Code does beside the conversation, unless the user says otherwise', () => {
    const run = { ...RUN, model: 'ollama/qwen3' };
    expect(claudeVariables(run, {}).ANTHROPIC_DEFAULT_HAIKU_MODEL).toBe('ollama/qwen3');
    expect(claudeVariables(RUN, {}).ANTHROPIC_DEFAULT_HAIKU_MODEL).toBeUndefined();
    const named = { ANTHROPIC_DEFAULT_HAIKU_MODEL: 'ollama/small' };
    expect(claudeVariables(run, named).ANTHROPIC_DEFAULT_HAIKU_MODEL).toBe('ollama/small');
  });
});

describe("Claude Code's settings", () => {
  const url = 'http://localhost:8080/p/anthropic';
  const read = (args: readonly string[]): unknown => JSON.parse(args[1] ?? '');
  const pin = { baseUrl: url, setHeaders: false, overHeaders: settingsOverHeaders({ ...RUN, budgetUsd: 1 }) };

  it('name the address of the gateway, before the arguments of the user', () => {
    const pinned = pinAddress(['-p', 'say --settings'], pin, '/');
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
      const pinned = pinAddress(['-c', ...given, 'x'], pin, folder);
      expect(read(pinned)).toMatchObject({ model: 'opus', env: { A: '1', ANTHROPIC_BASE_URL: url } });
      expect(pinned.slice(2)).toEqual(['-c', 'x']);
    }
  });

  it('that cannot be read are refused', () => {
    expect(() => pinAddress(['--settings', '{"a":'], pin, '/')).toThrow(/neither JSON nor a file/);
    expect(() => pinAddress(['--settings', 'no-such.json'], pin, '/')).toThrow(/no such file/);
  });

  it('carry what header fields of settings files would replace, and never the key', () => {
    const [, whole = ''] = pinAddress(['-p', 'x'], { ...pin, setHeaders: true }, '/');
    expect(JSON.parse(whole)).toMatchObject({
      env: {
        ANTHROPIC_BASE_URL: url,
        ANTHROPIC_CUSTOM_HEADERS: 'X-GoModel-Run: run_1\nX-GoModel-Run-Budget: 1',
        ANTHROPIC_AUTH_TOKEN: '',
      },
      apiKeyHelper: `"${process.execPath}" -p process.env.GOMODEL_RUN_KEY`,
    });
    expect(whole).not.toContain(RUN.key);
    expect(claudeVariables(RUN, {}).GOMODEL_RUN_KEY).toBe(RUN.key);
    const given = JSON.stringify({ env: { ANTHROPIC_CUSTOM_HEADERS: 'x-a: b' } });
    expect(read(pinAddress(['--settings', given], pin, '/'))).toHaveProperty('apiKeyHelper');
    expect(read(pinAddress(['-p', 'x'], pin, '/'))).not.toHaveProperty('apiKeyHelper');
  });

  it('are read of the folder and of the user, the folder first, and what cannot be read says nothing', () => {
    const home = createTemporaryFolder('home');
    const work = createTemporaryFolder('work');
    for (const folder of [home, work]) mkdirSync(join(folder, '.claude'));
    const write = (folder: string, name: string, text: string) =>
      writeFileSync(join(folder, '.claude', name), text);
    expect(readUserSettings({}, home, work)).toEqual({ setHeaders: false });
    write(home, 'settings.json', '{"model":"opus","env":{"ANTHROPIC_MODEL":"glm-5"}}');
    expect(readUserSettings({}, home, work)).toEqual({
      model: 'opus',
      modelVariable: 'glm-5',
      setHeaders: false,
    });
    write(
      work,
      'settings.json',
      '{"env":{"ANTHROPIC_CUSTOM_HEADERS":"x-bf-vk: a","ANTHROPIC_MODEL":"kimi"}}',
    );
    expect(readUserSettings({}, home, work)).toMatchObject({ modelVariable: 'kimi', setHeaders: true });
    write(work, 'settings.json', '{"env":');
    write(work, 'settings.local.json', '[1]');
    expect(readUserSettings({}, home, work)).toMatchObject({ modelVariable: 'glm-5', setHeaders: false });
    expect(readUserSettings({ CLAUDE_CONFIG_DIR: work }, home, work).model).toBeUndefined();
  });
});
