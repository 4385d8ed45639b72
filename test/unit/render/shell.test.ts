import { describe, expect, it } from 'vitest';
import { type CodexPlace, renderCodexSteps, renderUndoCommand } from '../../../src/cli/render/codex-steps.ts';
import { createColour } from '../../../src/cli/render/colour.ts';
import { detectShell, pipeVariable, type Shell } from '../../../src/cli/render/shell.ts';

const SYSTEM =
  'C:\\Program Files\\WindowsPowerShell\\Modules;C:\\Windows\\system32\\WindowsPowerShell\\v1.0\\Modules';
const SQL_SERVER = 'C:\\Program Files (x86)\\Microsoft SQL Server\\150\\Tools\\PowerShell\\Modules\\';
const plain = createColour(process.stdout, { NO_COLOR: '1' });

const placeIn = (shell: Shell): CodexPlace => ({
  codexHome: "C:\\Users\\O'Neil\\my codex",
  profile: undefined,
  providerId: undefined,
  shell,
  noProxy: 'corp,localhost',
});

describe('the shell that runs a command', () => {
  it.each([
    ['linux', {}, 'posix'],
    ['darwin', { SHELL: '/bin/zsh' }, 'posix'],
    ['linux', { PSModulePath: '/home/me/.local/share/powershell/Modules' }, 'powershell'],
    ['win32', { PSModulePath: SYSTEM }, 'cmd'],
    ['win32', { PSModulePath: `${SYSTEM};${SQL_SERVER}` }, 'cmd'],
    [
      'win32',
      { PSModulePath: `C:\\Users\\me\\Documents\\WindowsPowerShell\\Modules;${SYSTEM}` },
      'powershell',
    ],
    ['win32', { PSModulePath: `C:\\Users\\me\\Documents\\PowerShell\\Modules;${SYSTEM}` }, 'powershell'],
    ['win32', { PSModulePath: `C:\\Users\\me\\Documents\\PowerShell\\Modules`, MSYSTEM: 'MINGW64' }, 'posix'],
    ['win32', { SHELL: '/usr/bin/bash', PSModulePath: SYSTEM }, 'posix'],
  ] as const)('on %s with %j is %s', (platform, env, expected) => {
    expect(detectShell(env, platform)).toBe(expected);
  });
});

describe('the steps after init-codex', () => {
  it.each([
    [
      'powershell',
      [
        '$env:GOMODEL_MASTER_KEY = "change-me"',
        '$env:MY_KEY = $env:GOMODEL_MASTER_KEY',
        '$env:NO_PROXY = "corp,localhost"',
        `$env:CODEX_HOME = "C:\\Users\\O'Neil\\my codex"; codex exec --skip-git-repo-check 'Reply`,
      ],
    ],
    [
      'cmd',
      [
        'rem the key of your gateway, here and where it serves\n  set "GOMODEL_MASTER_KEY=change-me"\n',
        'set "MY_KEY=%GOMODEL_MASTER_KEY%"\n',
        'set "NO_PROXY=corp,localhost"\n',
        `set "CODEX_HOME=C:\\Users\\O'Neil\\my codex" && codex exec --skip-git-repo-check "Reply`,
      ],
    ],
    [
      'posix',
      [
        'export GOMODEL_MASTER_KEY="change-me"',
        'export MY_KEY="$GOMODEL_MASTER_KEY"',
        'export NO_PROXY="corp,localhost"',
        `CODEX_HOME='C:\\Users\\O'\\''Neil\\my codex' codex exec`,
      ],
    ],
  ] as const)('are written for %s', (shell, expected) => {
    const text = renderCodexSteps({ kind: 'key', envKey: 'MY_KEY' }, placeIn(shell), plain);
    for (const line of expected) expect(text).toContain(line);
  });

  it.each([
    ['powershell', `--codex-home 'C:\\Users\\O''Neil\\my codex'`],
    ['cmd', `--codex-home "C:\\Users\\O'Neil\\my codex"`],
  ] as const)('can be taken back in %s', (shell, expected) => {
    expect(renderUndoCommand(placeIn(shell))).toContain(expected);
  });
});

it.each([
  ['posix', 'printenv KEY | codex login'],
  ['powershell', '$env:KEY | codex login'],
  ['cmd', 'echo %KEY%| codex login'],
] as const)('a variable is handed to a command in %s', (shell, expected) => {
  expect(pipeVariable('KEY', 'codex login', shell)).toBe(expected);
});
