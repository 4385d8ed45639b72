import { execFileSync, spawnSync } from 'node:child_process';

// tmux starts what it runs by the shell of its user, and that of a user without a login ends at once.
const env = { ...process.env, SHELL: '/bin/sh' };

export const hasTmux = spawnSync('tmux', ['-V']).status === 0;

/** Runs one command of tmux, and gives what it printed. @throws where it fails. */
export const runTmux = (args: readonly string[]): string =>
  execFileSync('tmux', args, { encoding: 'utf8', env });
