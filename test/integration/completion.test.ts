import { execFileSync, spawnSync } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { runCli } from '../support/cli/start-cli.ts';

const hasShell = (shell: string): boolean => spawnSync(shell, ['--version']).status === 0;

let folder = '';
beforeAll(() => {
  folder = mkdtempSync(join(tmpdir(), 'gomodel-completion-'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const saveScript = async (shell: string): Promise<string> => {
  const { code, stdout } = await runCli(['completion', shell]);
  expect(code).toBe(0);
  const file = join(folder, `completion.${shell}`);
  writeFileSync(file, stdout);
  return file;
};

/** What a test line offers, by each shell's own means. */
const CASES: ReadonlyArray<readonly [line: string, offered: readonly string[]]> = [
  ['gomodel-ts lo', ['login', 'logout', 'logs']],
  ['gomodel-ts init', ['init', 'init-codex']],
  ['gomodel-ts logs --s', ['--session', '--since', '--status']],
  ['gomodel-ts init-codex --auth ', ['chatgpt', 'key']],
  ['gomodel-ts init --auth c', ['chatgpt']],
  ['gomodel-ts completion z', ['zsh']],
  ['gomodel-ts serve --no', ['--no-tail']],
];

describe.skipIf(!hasShell('bash'))('completion in bash', () => {
  const offer = (script: string, line: string): string[] =>
    execFileSync(
      'bash',
      [
        '--norc',
        '-c',
        `source "$1"; read -ra words <<<"$2"; [[ $2 == *' ' ]] && words+=('')
         COMP_WORDS=("\${words[@]}"); COMP_CWORD=$((\${#words[@]} - 1)); _gomodel_ts
         printf '%s\\n' "\${COMPREPLY[@]}"`,
        'bash',
        script,
        line,
      ],
      { encoding: 'utf8', cwd: folder },
    )
      .split('\n')
      .filter(Boolean)
      .sort();

  it('offers commands, options and their values', async () => {
    const script = await saveScript('bash');
    for (const [line, offered] of CASES) expect([line, offer(script, line)]).toEqual([line, offered]);
  });

  it('offers folders where a folder is due, and nothing where nobody can know', async () => {
    const script = await saveScript('bash');
    mkdtempSync(join(folder, 'with blank '));
    expect(offer(script, 'gomodel-ts logs --data-dir wi')).toEqual([expect.stringMatching(/^with blank /)]);
    expect(offer(script, 'gomodel-ts serve --port ')).toEqual([]);
  });
});

describe.skipIf(!hasShell('fish'))('completion in fish', () => {
  it('offers commands, options and their values', async () => {
    const script = await saveScript('fish');
    for (const [line, offered] of CASES) {
      const lines = execFileSync('fish', ['--no-config', '-c', `source ${script}; complete -C '${line}'`], {
        encoding: 'utf8',
        cwd: folder,
      });
      const words = lines.split('\n').map((one) => one.split('\t')[0]);
      expect([line, words.filter(Boolean).sort()]).toEqual([line, offered]);
    }
  });
});

describe.skipIf(!hasShell('zsh'))('completion in zsh', () => {
  it('offers commands, options and their values', async () => {
    const script = await saveScript('zsh');
    // The completion system's own functions are replaced by ones that print what they are given.
    const probe = `
      compdef() { :; }
      _describe() { print -l \${(P)2} }
      _arguments() { print -rl -- "$@"; state=$probe_state }
      source ${script}
      probe_state=command; words=(); _gomodel-ts
      probe_state=rest; words=(init); _gomodel-ts
    `;
    const printed = execFileSync('zsh', ['-f', '-c', probe], { encoding: 'utf8' });
    expect(printed).toContain('logs:show what passed through the gateway\n');
    expect(printed).toContain(':value:(key chatgpt)\n');
    expect(printed).toMatch(/^--data-dir\[.*\]:folder:_files -\/$/m);
  });
});

describe('completion for another shell', () => {
  it('is refused with the shells that there are', async () => {
    const { code, stderr } = await runCli(['completion', 'tcsh']);
    expect(code).toBe(2);
    expect(stderr).toContain('Allowed choices are bash, zsh, fish.');
  });
});
