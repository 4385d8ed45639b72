import { execFile } from 'node:child_process';
import { rm } from 'node:fs/promises';
import { promisify } from 'node:util';
import { GatewayError } from '../../base/errors.ts';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';
import type { Environment } from '../../config/data-dir.ts';
import { createTemporaryFolder } from '../../state/temporary-folder.ts';
import type { InstalledCodex } from '../run/find-codex.ts';

/** What Codex knows of a model; its fields are Codex's own and change with its versions. */
export type CatalogModel = JsonObject & { readonly slug: string };

const TIMEOUT_MS = 30_000;
/** The catalog of 0.169.0 takes 745 KB. */
const MAX_BYTES = 64 * 2 ** 20;

/**
 * The model catalog that a Codex brings along, whatever its user has configured.
 * @throws GatewayError command_failed where this version cannot print it, or no temporary folder can be made
 */
export const loadCatalog = async (
  { path, version }: InstalledCodex,
  env: Environment,
): Promise<readonly CatalogModel[]> => {
  // An empty home: a catalog that the user's configuration names would be printed instead.
  const home = await createTemporaryFolder('gomodel-ts-');
  try {
    const { stdout } = await promisify(execFile)(path, ['debug', 'models', '--bundled'], {
      env: { ...env, CODEX_HOME: home },
      timeout: TIMEOUT_MS,
      maxBuffer: MAX_BYTES,
    });
    const catalog = parseJson(stdout);
    if (isObject(catalog) && Array.isArray(catalog.models)) {
      const models: readonly unknown[] = catalog.models;
      if (models.length > 0 && models.every(isCatalogModel)) return models;
    }
    throw new Error('what it printed is no catalog');
  } catch (cause) {
    throw new GatewayError(
      'command_failed',
      `Codex ${version} (${path}) does not print its model catalog: "codex debug models --bundled" failed. ` +
        'A newer Codex does; without --catalog, the rest works with this one. Nothing was written.',
      { cause },
    );
  } finally {
    await rm(home, { recursive: true, force: true });
  }
};

const isCatalogModel = (value: unknown): value is CatalogModel =>
  isObject(value) && typeof value.slug === 'string';
