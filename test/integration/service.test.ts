import { spawnSync } from 'node:child_process';
import { existsSync, mkdirSync, readFileSync, statSync, symlinkSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { describeTransience, lastingPath } from '../../src/cli/service/lasting-path.ts';
import { renderAgent } from '../../src/cli/service/launch-agent.ts';
import { findServiceManager } from '../../src/cli/service/service.ts';
import { renderUnit } from '../../src/cli/service/unit-file.ts';
import { CLI, runCli } from '../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../support/temporary-folder.ts';

/** A home with a `systemctl` that notes how it was called, and fails where it is told to. */
const setUp = (status = 0) => {
  const home = createTemporaryFolder('service home');
  const [bin, note] = [join(home, 'bin'), join(home, 'calls')];
  mkdirSync(bin);
  writeFileSync(
    join(bin, 'systemctl'),
    `#!/bin/sh\necho "$@" >> '${note}'\necho 'no bus here' >&2\nexit ${status}\n`,
    { mode: 0o755 },
  );
  const env = {
    PATH: `${bin}:${dirname(process.execPath)}:/usr/bin:/bin`,
    HOME: home,
    GOMODEL_HOME: join(home, 'data'),
    OPENAI_API_KEY: 'sk-secret-of-the-shell',
  };
  return {
    unit: join(home, '.config/systemd/user/gomodel-ts.service'),
    variables: join(home, 'data/service.env'),
    calls: () => (existsSync(note) ? readFileSync(note, 'utf8').trim().split('\n') : []),
    run: (...args: string[]) => runCli(args, env),
  };
};

const hasSystemd = spawnSync('systemd-analyze', ['--version']).status === 0;

describe.runIf(process.platform === 'linux')('start --service', () => {
  it('shows the unit and writes nothing with --dry-run', async () => {
    const { run, unit, variables, calls } = setUp();
    const { code, stdout, stderr } = await run('start', '--service', '--dry-run', '--port', '8123');
    expect({ code, stderr }).toEqual({ code: 0, stderr: 'Nothing was written (--dry-run).\n' });
    expect(stdout).toContain(`+++ ${unit}`);
    expect(stdout).toContain('"--port" "8123"');
    expect([existsSync(unit), existsSync(variables), calls()]).toEqual([false, false, []]);
  });

  it('writes a unit that runs the gateway, without any secret of the shell, and uninstall takes it away', async () => {
    const { run, unit, variables, calls } = setUp();
    const started = await run('start', '--service', '--yes');
    expect(started.code, started.stderr).toBe(0);
    const text = readFileSync(unit, 'utf8');
    expect(text).toContain(`ExecStart="${process.execPath}" "${CLI}" "serve" "--no-tail"`);
    expect(text + readFileSync(variables, 'utf8')).not.toContain('sk-secret');
    expect(started.stderr).toContain('This shell has OPENAI_API_KEY.');
    expect(statSync(variables).mode & 0o777).toBe(0o600);
    expect(calls()).toEqual([
      '--user daemon-reload',
      '--user enable gomodel-ts.service',
      '--user restart gomodel-ts.service',
    ]);
    // A second time changes nothing, and keeps what the user has put there.
    writeFileSync(variables, 'OPENAI_API_KEY=sk-x\n');
    expect((await run('start', '--service', '--yes')).code).toBe(0);
    expect(readFileSync(unit, 'utf8')).toBe(text);
    expect(readFileSync(variables, 'utf8')).toBe('OPENAI_API_KEY=sk-x\n');

    const removed = await run('uninstall', '--yes');
    expect(removed.code, removed.stderr).toBe(0);
    expect([existsSync(unit), existsSync(variables)]).toEqual([false, true]);
    expect(calls().at(-1)).toBe('--user disable --now gomodel-ts.service');
  });

  it('leaves the commands to be typed where the system refuses them', async () => {
    const { run, unit } = setUp(1);
    const { code, stdout, stderr } = await run('start', '--service', '--yes');
    expect(code).toBe(1);
    expect(stderr).toContain('The service was not started: no bus here');
    expect(stdout).toContain('systemctl --user enable gomodel-ts.service\n');
    const removed = await run('uninstall', '--yes');
    expect(removed.stderr).toContain('The service could not be stopped: no bus here');
    expect(existsSync(unit)).toBe(false);
  });

  it('leaves a unit of somebody else alone', async () => {
    const { run, unit } = setUp();
    mkdirSync(dirname(unit), { recursive: true });
    writeFileSync(unit, '[Service]\nExecStart=/bin/true\n');
    const { stderr } = await run('uninstall', '--yes');
    expect(stderr).toContain('There is nothing to undo');
    expect(existsSync(unit)).toBe(true);
  });
});

const AWKWARD = ['/usr/bin/env', 'printf', '%s', 'a b', '100%', '$HOME', 'say "hi"', 'back\\slash', 'ünï'];
const START = { mark: 'mark', command: AWKWARD, logFile: '/tmp/a b/100%.log' };

it.runIf(hasSystemd)('is a unit that systemd accepts, whatever the paths are called', () => {
  const folder = createTemporaryFolder('unit');
  const path = join(folder, 'gomodel-ts.service');
  writeFileSync(path, renderUnit(START));
  const { stderr } = spawnSync('systemd-analyze', ['verify', '--user', '--man=no', path], {
    encoding: 'utf8',
  });
  expect(stderr.split('\n').filter((line) => line.includes('gomodel-ts.service'))).toEqual([]);
  expect(renderUnit(START)).toContain('"%%s" "a b" "100%%" "$$HOME" "say \\"hi\\"" "back\\\\slash" "ünï"');
});

it('is an agent of launchd on macOS, with its words as they are', () => {
  const agent = renderAgent({ ...START, command: ['/opt/a & b/<node>', ...AWKWARD] });
  expect(agent).toContain('<string>/opt/a &amp; b/&lt;node&gt;</string>');
  expect(agent).toContain('<string>$HOME</string>');
  const manager = findServiceManager({}, '/Users/me', 'darwin');
  expect(manager?.file).toBe('/Users/me/Library/LaunchAgents/io.github.gomodel-ts.plist');
  // A second `bootstrap` of the same agent is an error.
  expect(manager?.clear[0]?.slice(0, 2)).toEqual(['launchctl', 'bootout']);
  expect(manager?.enable.map(([, verb]) => verb)).toEqual(['bootstrap']);
  expect(findServiceManager({}, '/home/me', 'win32')).toBeUndefined();
  expect(findServiceManager({}, '', 'linux')).toBeUndefined();
});

describe('the Node of a service', () => {
  const setUpBrew = () => {
    const brew = createTemporaryFolder('brew');
    const node = join(brew, 'Cellar/node@22/22.9.0/bin/node');
    mkdirSync(dirname(node), { recursive: true });
    writeFileSync(node, '');
    mkdirSync(join(brew, 'opt'));
    return { brew, node };
  };

  it('is that of Homebrew by the link that outlives an update', () => {
    const { brew, node } = setUpBrew();
    expect(lastingPath(node)).toBe(node);
    symlinkSync('../Cellar/node@22/22.9.0', join(brew, 'opt/node@22'));
    expect(lastingPath(node)).toBe(join(brew, 'opt/node@22/bin/node'));
  });

  it('stays as it is where that link leads to another version', () => {
    const { brew, node } = setUpBrew();
    const other = join(brew, 'Cellar/node@22/22.10.0/bin/node');
    mkdirSync(dirname(other), { recursive: true });
    writeFileSync(other, '');
    symlinkSync('../Cellar/node@22/22.10.0', join(brew, 'opt/node@22'));
    expect(lastingPath(node)).toBe(node);
    expect(lastingPath('/usr/bin/node')).toBe('/usr/bin/node');
  });

  it('is said to be of one version, and a script of npx to be of its cache', () => {
    const script = '/home/me/.nvm/versions/node/v22.9.0/bin/gomodel-ts';
    for (const node of [
      '/home/me/.nvm/versions/node/v22.9.0/bin/node',
      '/home/me/.local/share/fnm/node-versions/v22.9.0/installation/bin/node',
      '/home/me/.asdf/installs/nodejs/22.9.0/bin/node',
      '/home/me/.local/share/mise/installs/node/22/bin/node',
    ]) {
      expect(describeTransience(node, script)).toContain(node);
    }
    expect(
      describeTransience('/usr/bin/node', '/usr/lib/node_modules/gomodel-ts/bin/gomodel-ts.js'),
    ).toBeUndefined();
    const cached = '/home/me/.npm/_npx/ab12/node_modules/.bin/gomodel-ts';
    expect(describeTransience('/usr/bin/node', cached)).toContain('npm install -g');
  });
});
