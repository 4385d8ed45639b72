import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it, onTestFinished, vi } from 'vitest';
import { checkCodex } from '../../../src/cli/doctor/check-codex.ts';
import { searchCodex } from '../../../src/codex/run/find-codex.ts';
import { readSignIn } from '../../../src/codex/run/read-sign-in.ts';
import { runProgram } from '../../../src/codex/run/run-program.ts';
import { createWorkingFolder } from '../../../src/state/working-folder.ts';
import { createTemporaryFolder } from '../../support/temporary-folder.ts';

const onWindows = (): void => {
  const spy = vi.spyOn(process, 'platform', 'get').mockReturnValue('win32');
  onTestFinished(() => spy.mockRestore());
};

const SCRIPT = `const [, , first] = process.argv;
if (first === '--version') console.log('codex-cli 0.171.0');
else if (first === 'login') console.log('Logged in using ChatGPT');
else process.exit(Number(first));`;

/** As npm installs it below a prefix. */
const installScript = (prefix: string): void => {
  const bin = join(prefix, 'node_modules/@openai/codex/bin');
  mkdirSync(bin, { recursive: true });
  writeFileSync(join(bin, 'codex.js'), SCRIPT);
};

const NPM_SHIM = `@ECHO off\r
GOTO start\r
:find_dp0\r
SET dp0=%~dp0\r
EXIT /b\r
:start\r
SETLOCAL\r
CALL :find_dp0\r
endLocal & goto #_undefined_# 2>NUL || title %COMSPEC% & "%_prog%"  "%dp0%\\node_modules\\@openai\\codex\\bin\\codex.js" %*\r
`;

const writeCommand = (folder: string, name: string, text: string): string => {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, 0o755);
  return path;
};

/** Nothing on these paths lies in it. */
const ELSEWHERE = createWorkingFolder('/nowhere/project', '/nowhere');

describe('Codex on Windows (P3)', () => {
  it.each([
    ['npm', NPM_SHIM],
    ['pnpm', '@"%~dp0\\node_modules\\@openai\\codex\\bin\\codex.js" %*'],
    ['another installer', '@node something %*'],
  ])('is found, asked and run by its script where %s has installed it', async (_, shim) => {
    onWindows();
    const prefix = createTemporaryFolder('npm');
    installScript(prefix);
    const path = writeCommand(prefix, 'codex.cmd', shim);
    const { found: codex, broken } = await searchCodex({ PATH: prefix }, ELSEWHERE);
    expect(broken).toEqual([]);
    expect(codex).toMatchObject({ path, version: '0.171.0' });
    if (!codex) return;
    expect(await readSignIn(codex, {})).toBe('chatgpt');
    expect(await runProgram(codex, ['7'], {})).toBe(7);
  });
});

describe('a codex on PATH that does not work (P3)', () => {
  it('is named with its error, and the next one is tried', async () => {
    const [first, second] = [createTemporaryFolder('first'), createTemporaryFolder('second')];
    const path = writeCommand(first, 'codex', '#!/bin/sh\necho "node.exe: not found" >&2\nexit 127\n');
    writeCommand(second, 'codex', '#!/bin/sh\necho codex-cli 0.171.0\n');
    const search = await searchCodex({ PATH: `${first}:${second}:/usr/bin:/bin` }, ELSEWHERE);
    expect(search).toMatchObject({
      found: { version: '0.171.0', path: join(second, 'codex') },
      broken: [{ path, reason: 'node.exe: not found' }],
    });
    const { step } = await checkCodex({ PATH: `${first}:${second}:/usr/bin:/bin` }, ELSEWHERE);
    expect(step).toMatchObject({ state: 'warning', message: expect.stringContaining('node.exe: not found') });
  });

  it('is what the doctor says where there is no other', async () => {
    const folder = createTemporaryFolder('broken');
    writeCommand(folder, 'codex', '#!/bin/sh\necho Something else 1.0\n');
    const { step } = await checkCodex({ PATH: folder }, ELSEWHERE);
    expect(step).toMatchObject({
      state: 'failed',
      message: `${join(folder, 'codex')} does not work: it answers --version with "Something else 1.0"`,
    });
  });

  it('is not looked for in a relative folder', async () => {
    expect(await searchCodex({ PATH: '.:bin' }, ELSEWHERE)).toEqual({ broken: [] });
  });
});
