import { spawnSync } from 'node:child_process';
import { mkdirSync } from 'node:fs';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** Unlocks a keyring that the first run makes, and every later one of the same home finds again. */
const SCRIPT = `
printf 'unlocked by a test' | gnome-keyring-daemon --unlock --components=secrets >/dev/null 2>&1 || exit 91
exec "$@"
`;

const PROGRAMS = ['dbus-run-session', 'gnome-keyring-daemon'] as const;

/** Why this machine has no keyring to test with; undefined where it has one. Needs no display, and no user but this one. */
export const whyNoKeyring = (): string | undefined => {
  const missing = PROGRAMS.filter((program) => spawnSync(program, ['--version']).error !== undefined);
  return missing.length > 0 ? `${missing.join(' and ')} not found` : undefined;
};

/** A program in a D-Bus session of its own with a keyring of its own, which both end with it. */
export const withKeyring = (program: readonly string[]): readonly [file: string, ...args: string[]] => [
  'dbus-run-session',
  '--',
  'sh',
  '-c',
  SCRIPT,
  'sh',
  ...program,
];

/** What such a program needs in its environment, besides a HOME, where the keyring is kept. */
export const keyringEnv = (): Readonly<Record<string, string>> => {
  const folder = createTemporaryFolder('run');
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  return { XDG_RUNTIME_DIR: folder };
};
