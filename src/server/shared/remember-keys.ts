import { dirname, join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { parseJson } from '../../base/json-object.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { KeyBook, KeyStore } from '../../guard/keys/key-store.ts';
import { parseBook } from '../../guard/keys/parse-book.ts';
import { createPrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';
import type { SharedState } from './open-shared-state.ts';

const MAX_BYTES = 64 * 2 ** 20;

const FILE = 'remembered-keys.json';

const isAway = (error: unknown): boolean =>
  error instanceof GatewayError &&
  error.cause instanceof GatewayError &&
  error.cause.code === 'storage_unavailable';

const read = (path: string): KeyBook | undefined => {
  const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
  if (found.kind !== 'file') return undefined;
  try {
    return parseBook(parseJson(found.bytes.toString('utf8')));
  } catch {
    return undefined;
  }
};

/**
 * Remembers in a file what a shared store held last, for a start while its database is away: hashes, and no keys.
 * @param path in a folder of its owner's
 */
const rememberKeys = (store: KeyStore, path: string): KeyStore => {
  // Where it cannot be written, such a start knows no keys.
  const remember = ({ keys, policies }: KeyBook): void => {
    try {
      createPrivateFolder(dirname(path));
    } catch {
      return;
    }
    void replacePrivateFile(path, JSON.stringify({ schemaVersion: 1, keys, policies })).catch(() => {});
  };
  return {
    update: store.update,
    load: async () => {
      try {
        const book = await store.load();
        remember(book);
        return book;
      } catch (error) {
        const known = isAway(error) ? read(path) : undefined;
        if (!known) throw error;
        return known;
      }
    },
    watch: (onChange) => {
      let isRead = false;
      return store.watch((found) => {
        if (found.kind === 'content') {
          isRead = true;
          remember(found.content);
        }
        // Until the database has answered once, what was remembered counts on.
        if (found.kind === 'content' || isRead || !isAway(found.error) || !read(path)) onChange(found);
      });
    },
  };
};

/** The keys of a gateway. Where nothing may be guessed, none are remembered. */
export const keysOf = (
  { dataDir, storage }: Pick<GatewayConfig, 'dataDir' | 'storage'>,
  { keyStore }: Pick<SharedState, 'keyStore'>,
): KeyStore =>
  storage.kind === 'postgresql' && storage.fallback === 'open'
    ? rememberKeys(keyStore, join(dataDir, FILE))
    : keyStore;
