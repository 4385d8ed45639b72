import { execFile } from 'node:child_process';
import { lstatSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';

const INSTALL_WITHIN_MS = 120_000;
const BLOCK_BYTES = 512;

/** What an installation takes. */
export interface InstallFigures {
  /** On the disk, in MB of 10^6 bytes. */
  readonly megabytes: number;
  /** Itself and all that came with it. */
  readonly packages: number;
}

const weigh = (folder: string): number =>
  readdirSync(folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .reduce((bytes, entry) => bytes + lstatSync(join(entry.parentPath, entry.name)).blocks * BLOCK_BYTES, 0);

/** What a `node_modules` holds that npm has filled. */
export const weighModules = (modules: string): InstallFigures => {
  const lock: unknown = JSON.parse(readFileSync(join(modules, '.package-lock.json'), 'utf8'));
  const { packages } = lock as { readonly packages: Readonly<Record<string, unknown>> };
  return { megabytes: weigh(modules) / 1e6, packages: Object.keys(packages).length };
};

/**
 * Packs the project as it is built, and installs that as its users would.
 * @returns what that takes, or why it is not known
 */
export const measureInstall = async (root: string): Promise<InstallFigures | string> => {
  const folder = mkdtempSync(join(tmpdir(), 'gomodel-install-'));
  const npm = (cwd: string, ...args: readonly string[]) =>
    promisify(execFile)('npm', [...args, '--loglevel=error'], { cwd, timeout: INSTALL_WITHIN_MS });
  try {
    // Not the scripts: they would build again, in the folder that others may be using.
    const { stdout } = await npm(root, 'pack', '--ignore-scripts', '--json', '--pack-destination', folder);
    const [packed] = JSON.parse(stdout) as [{ readonly filename: string }];
    const quiet = ['--no-audit', '--no-fund', '--prefer-offline', '--fetch-retries=0'];
    await npm(folder, 'install', '--omit=dev', ...quiet, '--prefix', folder, join(folder, packed.filename));
    return weighModules(join(folder, 'node_modules'));
  } catch (reason) {
    const { stderr, message } = reason as Error & { readonly stderr?: string };
    const code = /code (E\w+)/.exec(stderr ?? '')?.[1];
    return `The size of an installation is not known: npm failed with ${code ?? message.split('\n', 1)[0]}.`;
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
};
