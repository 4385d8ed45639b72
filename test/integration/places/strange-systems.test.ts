import { execFileSync, spawnSync } from 'node:child_process';
import { existsSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, expect, it, onTestFinished } from 'vitest';
import { CLI, type RunningCli, runCli, startCli } from '../../support/cli/start-cli.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const ROOT = join(import.meta.dirname, '../../..');

/** `NODE_OPTIONS` for a process in which this ran first. */
const preload = (code: string): string => {
  const file = join(createTemporaryFolder('preload'), 'preload.mjs');
  writeFileSync(file, code);
  return `--import ${pathToFileURL(file).href}`;
};

const startServe = (env: Readonly<Record<string, string>>): RunningCli => {
  const serve = startCli(['serve', '--demo', '--port', '0'], env);
  onTestFinished(() => void serve.child.kill('SIGKILL'));
  return serve;
};

describe('an old Node (P9)', () => {
  it.each(['18.20.8', '20.9.0', '20.18.3'])('%s is told in one sentence', async (version) => {
    const fake = `Object.defineProperty(process.versions, 'node', { value: '${version}' });`;
    const { code, stdout, stderr } = await runCli(['--help'], { NODE_OPTIONS: preload(fake) });
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
    expect(stderr).toMatch(/^gomodel-ts: Node [\d.]+ is too old; install Node 20\.19 or newer [^\n]*\n$/);
  });

  it('is told what package.json asks for, by a file that has no imports', () => {
    const bin = readFileSync(CLI, 'utf8');
    const { engines } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
      engines: { node: string };
    };
    expect(engines.node).toBe('>=20.19.0');
    expect(bin).toContain('install Node 20.19 or newer');
    expect(bin).not.toMatch(/^import /m);
  });
});

describe('a user without a home folder (P6)', () => {
  // What os.homedir() does for a uid without a passwd entry.
  const lost = preload(`import os from 'node:os'; import { syncBuiltinESMExports } from 'node:module';
    const fail = () => { throw Object.assign(new Error('uv_os_homedir returned ENOENT'), { code: 'ERR_SYSTEM_ERROR' }); };
    Object.assign(os, { homedir: fail, userInfo: fail }); syncBuiltinESMExports();`);
  const home = { HOME: '', NODE_OPTIONS: lost };

  it('gets the help', async () => {
    const { code, stderr } = await runCli(['--help'], home);
    expect({ code, stderr }).toEqual({ code: 0, stderr: '' });
  });

  it('is told what to set', async () => {
    const { code, stderr } = await runCli(['logs'], home);
    expect(code).toBe(2);
    expect(stderr).toMatch(/^gomodel-ts: this user has no home folder.*Set GOMODEL_HOME to a folder/);
  });

  it('can serve where the data folder is named', async () => {
    const GOMODEL_HOME = join(createTemporaryFolder('named'), 'data');
    const serve = startServe({ ...home, GOMODEL_HOME });
    await serve.until((text) => text.includes('/v1'), 'stderr');
    serve.child.kill('SIGINT');
    expect((await serve.ended).code).toBe(130);
    expect(existsSync(join(GOMODEL_HOME, 'state.json'))).toBe(true);
  });

  it.runIf(process.getuid?.() === 0)('really: as a uid that nobody knows', () => {
    const run = spawnSync('setpriv', ['--reuid=54321', '--clear-groups', process.execPath, CLI, '--help'], {
      env: { PATH: process.env.PATH },
      encoding: 'utf8',
    });
    expect({ status: run.status, stderr: run.stderr }).toEqual({ status: 0, stderr: '' });
  });

  it('reads ~ in GOMODEL_HOME as a shell would', async () => {
    const HOME = createTemporaryFolder('tilde');
    const { stdout } = await runCli(['config', '--json'], { HOME, GOMODEL_HOME: '~/gateway' });
    expect(stdout).toContain(join(HOME, 'gateway'));
  });
});

describe('a file system without permissions (P7)', () => {
  it('keeps the log and the state, and says once that they are not private', async () => {
    const fake = `import fs from 'node:fs'; import { syncBuiltinESMExports } from 'node:module';
      const refuse = () => { throw Object.assign(new Error('EPERM: operation not permitted, chmod'), { code: 'EPERM' }); };
      const { statSync, fstatSync } = fs;
      const wide = (stat) => (...args) => { const found = stat(...args); if (found) found.mode |= 0o777; return found; };
      Object.assign(fs, { chmodSync: refuse, fchmodSync: refuse, statSync: wide(statSync), fstatSync: wide(fstatSync) });
      syncBuiltinESMExports();`;
    const GOMODEL_HOME = join(createTemporaryFolder('drvfs'), 'data');
    const env = { GOMODEL_HOME, NODE_OPTIONS: preload(fake) };
    const serve = startServe(env);
    const banner = await serve.until((text) => text.includes('/v1'), 'stderr');
    await serve.until((text) => text.includes('has no file permissions'));
    const url = /http:\/\/\S+\/v1/.exec(banner)?.[0] ?? '';
    const headers = { 'content-type': 'application/json' };
    const body = '{"model":"gpt-5.5","input":"hello"}';
    const answer = await fetch(`${url}/responses`, { method: 'POST', headers, body });
    expect({ status: answer.status, text: await answer.text() }).toMatchObject({ status: 200 });
    serve.child.kill('SIGINT');
    const { stdout: tail, stderr } = await serve.ended;
    expect(tail.match(/has no file permissions/g)).toHaveLength(1);
    expect(tail + stderr).not.toMatch(/EPERM/);
    const { stdout } = await runCli(['logs', '--json'], env);
    expect(stdout).toContain('"path":"/v1/responses"');
  });

  it('has a line in the doctor', async () => {
    const fake = `import fs from 'node:fs/promises'; import { syncBuiltinESMExports } from 'node:module';
      const { stat } = fs;
      fs.stat = async (...args) => { const found = await stat(...args); found.mode |= 0o777; return found; };
      syncBuiltinESMExports();`;
    const GOMODEL_HOME = createTemporaryFolder('drvfs');
    const args = ['doctor', '--json', '--demo', '--no-round-trip'];
    const { stdout } = await runCli(args, { GOMODEL_HOME, NODE_OPTIONS: preload(fake) });
    expect(stdout).toMatch(/"name":"Data folder","state":"warning".*has no file permissions.*another disk/);
    const { stdout: usual } = await runCli(args, { GOMODEL_HOME });
    expect(usual).toMatch(/"name":"Data folder","state":"ok"/);
  });
});

describe('an engine that is not V8', () => {
  it('serves, and is not tuned', async () => {
    const fake = `import v8 from 'node:v8'; import vm from 'node:vm'; import { syncBuiltinESMExports } from 'node:module';
      Object.defineProperty(process.versions, 'bun', { value: '1.2.0' });
      v8.setFlagsFromString = vm.runInNewContext = () => { throw new ReferenceError('gc is not defined'); };
      syncBuiltinESMExports();`;
    const GOMODEL_HOME = join(createTemporaryFolder('bun'), 'data');
    const serve = startServe({ GOMODEL_HOME, NODE_OPTIONS: preload(fake) });
    await serve.until((text) => text.includes('/v1'), 'stderr');
    serve.child.kill('SIGINT');
    expect((await serve.ended).code).toBe(130);
  });
});

describe('a TMPDIR that must not be written to', () => {
  it('does not keep several workers from answering as one', async () => {
    const GOMODEL_HOME = join(createTemporaryFolder('tmpdir'), 'data');
    const serve = startCli(['serve', '--demo', '--port', '0', '--workers', '2'], {
      GOMODEL_HOME,
      TMPDIR: '/sys',
    });
    onTestFinished(() => void serve.child.kill('SIGTERM'));
    const banner = await serve.until((text) => text.includes('/v1'), 'stderr');
    const url = /http:\/\/[\w.:[\]]+/.exec(banner)?.[0] ?? '';
    // The workers ask the primary, over a socket in a temporary folder.
    const ready = await fetch(`${url}/readyz`);
    expect({ status: ready.status, text: await ready.text() }).toMatchObject({ status: 200 });
    serve.child.kill('SIGTERM');
    expect((await serve.ended).code).toBe(0);
  });
});

describe('Windows deleting a lock (P8)', () => {
  it('is waited for', async () => {
    const GOMODEL_HOME = join(createTemporaryFolder('lock'), 'data');
    const fake = `import fs from 'node:fs/promises'; import { syncBuiltinESMExports } from 'node:module';
      const { open } = fs; let times = 0;
      const busy = ['EPERM', 'EACCES', 'EBUSY'];
      fs.open = (path, ...more) => {
        if (!String(path).endsWith('state.json.lock') || times === busy.length) return open(path, ...more);
        const code = busy[times++];
        return Promise.reject(Object.assign(new Error(code + ': operation not permitted, open'), { code }));
      };
      syncBuiltinESMExports();`;
    const serve = startServe({ GOMODEL_HOME, NODE_OPTIONS: preload(fake) });
    await serve.until((text) => text.includes('/v1'), 'stderr');
    while (!existsSync(join(GOMODEL_HOME, 'state.json')))
      await new Promise((resolve) => setTimeout(resolve, 20));
    serve.child.kill('SIGINT');
    expect((await serve.ended).stderr).not.toMatch(/EPERM|EACCES|EBUSY/);
  });

  it.runIf(process.getuid?.() === 0)('is told from a folder that must not be written to', () => {
    const folder = createTemporaryFolder('read-only');
    execFileSync('chmod', ['555', folder]);
    execFileSync('chown', ['54321', folder]);
    const args = [
      '--reuid=54321',
      '--clear-groups',
      process.execPath,
      CLI,
      'init-codex',
      '--codex-home',
      '/tmp/none',
    ];
    const run = spawnSync('setpriv', [...args, '--yes', '--data-dir', folder], {
      env: { PATH: process.env.PATH, HOME: '/nonexistent' },
      encoding: 'utf8',
    });
    expect(run.status).toBe(1);
    expect(run.stderr).toMatch(/EACCES/);
  });
});
