import { GatewayError } from '../../base/errors.ts';
import { extendCatalog, type ServedModel } from '../../codex/catalog/extend-catalog.ts';
import { listServedModels } from '../../codex/catalog/list-served-models.ts';
import { loadCatalog } from '../../codex/catalog/load-catalog.ts';
import { MAX_MODELS } from '../../codex/catalog/to-served-models.ts';
import { loadConfigFile, MAX_CATALOG_BYTES } from '../../codex/edit/config-file.ts';
import { replaceConfigFile } from '../../codex/edit/replace-file.ts';
import { findCodex } from '../../codex/run/find-codex.ts';
import { createWorkingFolder } from '../../state/working-folder.ts';
import type { CommandContext } from '../context.ts';

export interface GatewayAccess {
  readonly baseUrl: string;
  readonly key: string | undefined;
}

/** A catalog that is ready, and not written yet. */
export interface PreparedCatalog {
  write(): Promise<void>;
}

/** The chosen model first, then those to be shown: not all may find room. */
const arrange = (served: readonly ServedModel[], chosen: string | undefined): readonly ServedModel[] => {
  const known = served.find(({ id }) => id === chosen);
  const first = chosen === undefined ? [] : [{ ...known, id: chosen, listed: true }];
  const shown = served.filter(({ listed }) => listed);
  const hidden = served.filter(({ listed }) => !listed);
  return [...first, ...shown, ...hidden].slice(0, MAX_MODELS);
};

/**
 * The installed Codex's model catalog with the models that the gateway serves beside them. A gateway
 * that cannot be asked is no failure: the catalog holds what is known without it.
 * @param model the one that the configuration chooses
 * @throws GatewayError command_failed where there is no Codex, or an old one
 */
export const prepareCatalog = async (
  { baseUrl, key, path }: GatewayAccess & { readonly path: string },
  model: string | undefined,
  { env, stderr, cwd, homeDir }: CommandContext,
): Promise<PreparedCatalog> => {
  const codex = await findCodex(env, createWorkingFolder(cwd, homeDir));
  if (!codex) {
    throw new GatewayError(
      'command_failed',
      '--catalog needs Codex, and there is none on PATH: npm install -g @openai/codex. Nothing was written.',
    );
  }
  const catalog = await loadCatalog(codex, env);
  const served = await listServedModels(baseUrl, key).catch((error: unknown) => {
    if (!(error instanceof GatewayError)) throw error;
    stderr.write(
      `${error.message}\nThe catalog does without them; run this again while the gateway is running.\n`,
    );
    return [];
  });
  const models = extendCatalog(catalog, arrange(served, model));
  const added = models.length - catalog.length;
  return {
    write: async () => {
      const file = await loadConfigFile(path, MAX_CATALOG_BYTES);
      const text = JSON.stringify({ models });
      if (file.text !== text) await replaceConfigFile(file, text);
      stderr.write(
        `Wrote ${path}: the ${catalog.length} models of Codex ${codex.version}, and ${added} more.\n`,
      );
      stderr.write('Codex does not start without this file. Run this again after each update of Codex.\n');
    },
  };
};
