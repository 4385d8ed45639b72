import { spawnSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What stands in `/etc/codex`, which Codex reads before anything of its user's. */
export interface SystemFiles {
  readonly requirements?: string;
  readonly config?: string;
}

/**
 * Binds a copy of /etc over /etc, in a mount namespace that ends with the program, and puts files into it. Nobody else
 * sees them. What a user may not read is left out of the copy.
 */
const SCRIPT = `
folder=$1
shift
cp -a /etc "$folder/etc" 2>/dev/null
rm -rf "$folder/etc/codex"
mkdir -p "$folder/etc/codex" || exit 90
cp "$folder/files/"* "$folder/etc/codex/" || exit 90
mount --bind "$folder/etc" /etc || exit 90
exec "$@"
`;

const NAMESPACE = (): readonly string[] =>
  process.getuid?.() === 0 ? ['--mount'] : ['--user', '--map-root-user', '--mount'];

/** Why this machine cannot give a program an /etc of its own; undefined where it can. */
export const whyNoPrivateEtc = (): string | undefined => {
  if (process.platform !== 'linux') return `${process.platform} has no mount namespaces`;
  const { status, error, stderr } = spawnSync('unshare', [...NAMESPACE(), 'true'], { encoding: 'utf8' });
  if (status === 0) return undefined;
  return error ? `unshare cannot be run (${error.message})` : stderr.trim().slice(0, 200);
};

/**
 * @param folder an empty one of the caller's, removed by the caller
 * @returns the command and its arguments that run a program with these files in /etc/codex
 */
export const withPrivateEtc = (
  folder: string,
  { requirements, config }: SystemFiles,
  program: readonly string[],
): readonly [file: string, ...args: string[]] => {
  const files = join(folder, 'files');
  mkdirSync(files, { recursive: true });
  // A user's own requirements.toml of the machine must not play a part either.
  writeFileSync(join(files, 'requirements.toml'), requirements ?? '');
  if (config !== undefined) writeFileSync(join(files, 'config.toml'), config);
  return ['unshare', ...NAMESPACE(), 'sh', '-c', SCRIPT, 'sh', folder, ...program];
};
