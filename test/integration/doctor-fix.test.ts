import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { expect, it } from 'vitest';
import { doctorCommand } from '../../src/cli/commands/doctor.ts';
import { runCommand } from '../support/cli/run-command.ts';
import { runCli } from '../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** A home without a configuration of Codex. */
const setUp = async () => {
  const home = createTemporaryFolder('home');
  const [codexHome, bin, dataDir] = [join(home, 'codex'), join(home, 'bin'), join(home, 'data')];
  for (const folder of [codexHome, bin]) mkdirSync(folder);
  writeFileSync(join(bin, 'codex'), '#!/bin/sh\necho codex-cli 0.171.0\n', { mode: 0o755 });
  const env = {
    PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    GOMODEL_HOME: dataDir,
    CODEX_HOME: codexHome,
    PORT: '0',
  };
  const config = join(codexHome, 'config.toml');
  const fix = (typed: readonly string[] | undefined, ...args: string[]) =>
    runCommand(doctorCommand, ['--fix', '--no-round-trip', ...args], {
      ...{ homeDir: home, env },
      ...(typed !== undefined && { typed }),
    });
  return { config, fix, env, dataDir, written: () => existsSync(config) && readFileSync(config, 'utf8') };
};

it('asks before it does what doctor advises, and leaves everything as it is where the answer is no', async () => {
  const { fix, written } = await setUp();
  // No gateway, no write.
  const { stderr } = await fix(['n', 'n']);
  expect(stderr).toContain('Start the gateway in the background (`gomodel-ts start`)? [Y/n] ');
  expect(written()).toBe(false);
});

it('refuses where nobody can be asked, unless it is told to go ahead', async () => {
  const { fix, written } = await setUp();
  const refused = await fix(undefined);
  expect(refused.exitCode).toBe(1);
  expect(refused.stderr).toContain('run it in a terminal, or with --yes.');
  expect(written()).toBe(false);
});

it('starts the gateway and points Codex at it, so that nothing is left to advise', async () => {
  const { env, written } = await setUp();
  const run = (...args: string[]) => runCli(args, { ...env, OPENAI_API_KEY: 'sk-x', PORT: '0' });
  try {
    const fixed = await run('doctor', '--fix', '--yes', '--no-round-trip');
    const url = /listening {2}(\S+)/.exec(fixed.stdout)?.[1];
    expect(url, fixed.stdout + fixed.stderr).toMatch(/^http:\/\/localhost:\d+\/v1$/);
    expect(written()).toContain(`base_url = "${url}"`);
    const again = await run('doctor', '--fix', '--yes', '--no-round-trip');
    expect(again.stderr).toContain('There is nothing --fix can do here');
  } finally {
    await run('stop');
  }
});
