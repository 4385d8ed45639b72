import { readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { GatewayError } from '../base/errors.ts';
import { hasErrorCode } from '../base/system-error.ts';
import type { Environment } from '../config/data-dir.ts';
import type { FileConfig } from '../config/file-config.ts';

const NAME = 'gomodel.yaml';

interface Place {
  readonly path: string;
  /** As messages call it. */
  readonly name: string;
}

const isAbsent = (error: unknown): boolean => hasErrorCode(error, 'ENOENT', 'ENOTDIR');

const read = ({ path, name }: Place, isNamed: boolean): string | undefined => {
  try {
    return readFileSync(path, 'utf8');
  } catch (cause) {
    if (isAbsent(cause) && !isNamed) return undefined;
    const why = isAbsent(cause) ? 'there is no such file' : 'it cannot be read';
    throw new GatewayError('invalid_config', `The configuration file ${name}: ${why}.`, { cause });
  }
};

export interface ConfigFilePlaces {
  /** `--config`, else `GOMODEL_CONFIG`; must be there. */
  readonly chosen: string | undefined;
  readonly cwd: string;
  readonly dataDir: string;
}

/**
 * The configuration file: the chosen one, else `gomodel.yaml` of the working folder, else the one of the
 * data folder.
 * @param env what `${NAME}` in it stands for
 * @throws GatewayError invalid_config
 */
export const readConfigFile = async (
  { chosen, cwd, dataDir }: ConfigFilePlaces,
  env: Environment,
): Promise<FileConfig | undefined> => {
  const places: readonly Place[] = chosen
    ? [{ path: resolve(cwd, chosen), name: chosen }]
    : [
        { path: join(cwd, NAME), name: NAME },
        { path: join(dataDir, NAME), name: join(dataDir, NAME) },
      ];
  for (const place of places) {
    const text = read(place, chosen !== undefined);
    if (text === undefined) continue;
    // Takes a tenth of a second to load: most users have no file.
    const { parseConfigFile } = await import('../config/parse-config-file.ts');
    return parseConfigFile(text, place.name, env);
  }
  return undefined;
};
