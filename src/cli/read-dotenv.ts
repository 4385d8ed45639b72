import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseEnv } from 'node:util';
import { GatewayError } from '../base/errors.ts';
import { hasErrorCode } from '../base/system-error.ts';
import type { Environment } from '../config/data-dir.ts';

/**
 * The variables of `.env` in a folder; none where there is no such file.
 * @throws GatewayError invalid_config where the file is there and cannot be read
 */
export const readDotenv = (folder: string): Environment => {
  const file = join(folder, '.env');
  try {
    return parseEnv(readFileSync(file, 'utf8'));
  } catch (error) {
    if (hasErrorCode(error, 'ENOENT', 'EISDIR')) return {};
    throw new GatewayError('invalid_config', `${file} cannot be read. Mend its rights, or move it away.`, {
      cause: error,
    });
  }
};
