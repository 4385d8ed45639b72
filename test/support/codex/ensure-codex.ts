import { installPackage } from '../install-package.ts';

/** The oldest version that the gateway serves, one in between, and the newest that it was measured with. */
export const CODEX_VERSIONS = ['0.113.0', '0.169.0', '0.171.0'] as const;

/**
 * Installs a version of the Codex CLI from npm into the cache folder, once (130 to 400 MB).
 * @returns the path of its `codex` command
 * @throws where npm fails, with npm's own words
 */
export const ensureCodex = (version: string): Promise<string> =>
  installPackage({ name: '@openai/codex', version, command: 'codex', folder: 'codex' });
