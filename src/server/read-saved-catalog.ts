import { catalogFileOf } from '../config/data-dir.ts';
import { readRegularFile } from '../state/read-regular-file.ts';

/** Codex's own catalog has less than 1 MiB. */
const MAX_BYTES = 16 * 2 ** 20;

/**
 * Reads the model catalog that `init-codex --catalog` saved.
 * @returns undefined where there is none, or none that the gateway can have written: a link, or a file above 16 MiB
 */
export const readSavedCatalog = (dataDir: string): Buffer | undefined => {
  const found = readRegularFile(catalogFileOf(dataDir), { maxBytes: MAX_BYTES, followLinks: false });
  return found.kind === 'file' ? found.bytes : undefined;
};
