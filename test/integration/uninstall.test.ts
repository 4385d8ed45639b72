import { existsSync, mkdirSync, readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it, onTestFinished } from 'vitest';
import { uninstallCommand } from '../../src/cli/commands/uninstall.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

const CONFIG = '# mine\nmodel = "gpt-5.5"   # as it was\r\n\n[tui]\ntheme = "x"\n';

const setUp = async () => {
  const home = createTemporaryFolder('uninstall');
  const [codexHome, dataDir] = [join(home, 'codex'), join(home, 'data')];
  mkdirSync(codexHome);
  const config = join(codexHome, 'config.toml');
  writeFileSync(config, CONFIG);
  const env = {
    PATH: `${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    GOMODEL_HOME: dataDir,
    CODEX_HOME: codexHome,
  };
  const run = (...args: string[]) => runCli(args, env);
  // A test that fails must not leave its gateway behind.
  onTestFinished(async () => void (await run('stop')));
  const written = await run('init-codex', '--base-url', 'http://localhost:8080/v1');
  expect(written.code, written.stderr).toBe(0);
  expect(readFileSync(config, 'utf8')).not.toBe(CONFIG);
  const typing = (typed: string, ...args: string[]) =>
    runCommand(uninstallCommand, args, { homeDir: home, env, typed });
  return { config, codexHome, dataDir, run, typing };
};

it("puts Codex's configuration back to the byte and leaves no copy, and keeps the data", async () => {
  const { config, codexHome, dataDir, run } = await setUp();
  const { code, stderr } = await run('uninstall', '--yes');
  expect({ code, done: stderr.endsWith('Done.\n') }, stderr).toEqual({ code: 0, done: true });
  expect(readFileSync(config, 'utf8')).toBe(CONFIG);
  expect(readdirSync(codexHome)).toEqual(['config.toml']);
  expect(existsSync(join(dataDir, 'state.json'))).toBe(true);
  expect((await run('uninstall', '--yes')).stderr).toContain('There is nothing to undo');
});

it('shows everything before it asks, and changes nothing where the answer is no', async () => {
  const { config, typing } = await setUp();
  const before = readFileSync(config, 'utf8');
  const { stderr } = await typing('n\n');
  expect(stderr.indexOf(`put ${config} back`)).toBeGreaterThan(-1);
  expect(stderr.indexOf('-model_provider = "gomodel"')).toBeLessThan(stderr.indexOf('Do all this?'));
  expect(stderr).toContain('Nothing was changed.');
  expect(readFileSync(config, 'utf8')).toBe(before);
  await typing('y\n');
  expect(readFileSync(config, 'utf8')).toBe(CONFIG);
});

it('changes nothing with --dry-run, nor where nobody can be asked', async () => {
  const { config, run } = await setUp();
  const before = readFileSync(config, 'utf8');
  const dry = await run('uninstall', '--dry-run');
  expect(dry.stdout).toContain(`put ${config} back`);
  const refused = await run('uninstall');
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('run it in a terminal, or with --yes');
  expect(readFileSync(config, 'utf8')).toBe(before);
});

it('stops the gateway, and with --data removes what gateways wrote, but no file of the user', async () => {
  const { dataDir, run } = await setUp();
  const started = await run('start', '--demo', '--port', '0');
  const url = /http:\/\/localhost:\d+/.exec(started.stdout)?.[0] ?? '';
  await fetch(`${url}/v1/models`);
  writeFileSync(join(dataDir, 'gomodel.yaml'), 'server: {}\n');
  writeFileSync(join(dataDir, 'prices.json'), '{}');
  const { code, stderr } = await run('uninstall', '--data', '--yes');
  expect(code, stderr).toBe(0);
  await expect(fetch(`${url}/health`)).rejects.toThrow();
  expect(readdirSync(dataDir).sort()).toEqual(['gomodel.yaml', 'prices.json']);
  expect(stderr).toContain("is not the gateway's, and stays");
});

it('removes the data folder where nothing else is in it, whatever gateways and commands have written', async () => {
  const { dataDir, run } = await setUp();
  const started = await run('start', '--demo', '--port', '0');
  const url = /http:\/\/localhost:\d+/.exec(started.stdout)?.[0] ?? '';
  for (const command of [
    'keys create --name someone',
    'budgets set / --monthly 100',
    'dashboard --link',
    'limits set / --rpm 100',
  ]) {
    const { code, stderr } = await run(...command.split(' '));
    expect([command, code], stderr).toEqual([command, 0]);
  }
  const body = JSON.stringify({ model: 'gpt-5.5', input: 'x' });
  const headers = { 'content-type': 'application/json' };
  await fetch(`${url}/v1/responses`, { method: 'POST', body, headers });
  await run('sessions');
  await run('uninstall', '--data', '--yes');
  expect(existsSync(dataDir)).toBe(false);
});

it('leaves a configuration alone that others have changed since, and says so', async () => {
  const { config, run } = await setUp();
  writeFileSync(config, readFileSync(config, 'utf8').replace('8080/v1', '9999/v1'));
  const before = readFileSync(config, 'utf8');
  const { code, stderr } = await run('uninstall', '--yes');
  expect(code).toBe(1);
  expect(stderr).toContain('stays as it is');
  expect(readFileSync(config, 'utf8')).toBe(before);
});
