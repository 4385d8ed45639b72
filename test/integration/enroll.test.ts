import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse as parseToml } from 'smol-toml';
import { expect, it } from 'vitest';
import { parse as parseYaml } from 'yaml';
import { groupPath } from '../../src/fleet/group-path.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { POLICY_YAML } from '../support/fleet/policy-file.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const prepare = () => {
  const dataDir = createTemporaryFolder('enroll');
  writeFileSync(join(dataDir, 'gomodel.yaml'), POLICY_YAML);
  const run = (...args: string[]) => runCli(args, { GOMODEL_HOME: dataDir });
  return { dataDir, run };
};

it('prints one line for machines that ask the gateway, and for those of a group its own', async () => {
  const { dataDir, run } = prepare();
  const { code, stdout } = await run('enroll', '--for', 'linux');
  expect([code, stdout]).toEqual([0, '[config_server]\nbase_url = "https://gw.corp"\n']);
  const ofGroup = await run('enroll', '--for', 'linux', '--group', 'engineering');
  const path = groupPath(readFileSync(join(dataDir, 'sealing-secret')), 'engineering');
  expect(ofGroup.stdout).toBe(`[config_server]\nbase_url = "https://gw.corp${path}"\n`);
});

it('prints a profile for macOS and tasks for Ansible that hold the same', async () => {
  const { run } = prepare();
  const requirements = (await run('enroll', '--full', '--for', 'linux')).stdout;
  expect(parseToml(requirements)).toMatchObject({ model_provider: 'gomodel' });
  const defaults = (await run('enroll', '--full', '--for', 'defaults')).stdout;
  expect(parseToml(defaults)).toMatchObject({ model: 'gpt-5.5' });
  const profile = (await run('enroll', '--full', '--for', 'macos')).stdout;
  const textOf = (key: string): string => {
    const [, value = ''] = new RegExp(`<key>${key}</key>\\s*<string>([^<]+)</string>`).exec(profile) ?? [];
    return Buffer.from(value, 'base64').toString();
  };
  expect(textOf('requirements_toml_base64')).toBe(requirements);
  expect(textOf('config_toml_base64')).toBe(defaults);
  const tasks = parseYaml((await run('enroll', '--full', '--for', 'ansible')).stdout) as {
    'ansible.builtin.copy'?: { dest: string; content: string };
  }[];
  const files = Object.fromEntries(
    tasks.flatMap(({ 'ansible.builtin.copy': copy }) => (copy ? [[copy.dest, copy.content]] : [])),
  );
  expect(files['/etc/codex/requirements.toml']).toBe(requirements);
  expect(files['/etc/codex/config.toml']).toBe(defaults);
  const claude = (await run('enroll', '--for', 'claude')).stdout;
  expect(files['/etc/claude-code/managed-settings.json']).toBe(claude);
  expect(JSON.parse(claude)).toMatchObject({ env: { ANTHROPIC_BASE_URL: 'https://gw.corp' } });
  const all = (await run('enroll')).stdout;
  for (const place of [
    '/etc/codex/requirements.toml',
    '%ProgramData%',
    'codex.mobileconfig',
    'managed-settings.json',
  ]) {
    expect(all).toContain(place);
  }
});

it('shows the rules of whoever has a key, and names what there is not', async () => {
  const { run } = prepare();
  await run('keys', 'create', '--name', 'anna', '--user-path', '/team/eng');
  const shown = await run('policy', 'show', '--user', 'anna', '--client', 'codex');
  expect(shown.stdout).toMatch(/^# engineering-[0-9a-f]{8}\n/);
  expect(shown.stdout).toContain('model = "gpt-6.1-sol"');
  expect(shown.stdout).not.toContain('ANTHROPIC_BASE_URL');
  const json = JSON.parse((await run('policy', 'show', '--json', '--user-path', '/team/eng/x')).stdout);
  expect(json).toMatchObject({ schemaVersion: 1, group: 'engineering', codex: {}, claude: {} });
  expect(JSON.parse((await run('policy', 'show', '--client', 'claude')).stdout)).toHaveProperty('env');
  const nobody = await run('policy', 'show', '--user', 'otto');
  expect([nobody.code, nobody.stderr]).toEqual([2, expect.stringContaining('there is no key "otto"')]);
  const group = await run('enroll', '--group', 'nobody');
  expect(group.stderr).toContain('the policy has no group "nobody". It has: engineering, contractors.');
  const without = await runCli(['enroll'], { GOMODEL_HOME: createTemporaryFolder('none') });
  expect([without.code, without.stderr]).toEqual([2, expect.stringContaining('there is no policy')]);
});
