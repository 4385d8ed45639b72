import { join } from 'node:path';
import { GatewayError } from '../../base/errors.ts';
import { openSharedFile } from '../../state/shared-file.ts';
import type { KeyBook, KeyStore } from './key-store.ts';
import { parseBook } from './parse-book.ts';

const FILE = 'keys.json';

/** What `parse` is given on its way to the disk and back. */
const withVersion = (book: KeyBook): KeyBook & { readonly schemaVersion: 1 } => ({
  schemaVersion: 1,
  ...book,
});

/** Keeps keys and policies in `keys.json` of the data folder; nothing is written until there is one. */
export const openFileKeyStore = (dataDir: string): KeyStore => {
  const path = join(dataDir, FILE);
  const unreadable = (cause: unknown): GatewayError => {
    const why = cause instanceof Error ? cause.message : String(cause);
    return new GatewayError(
      'keys_unreadable',
      `the keys in ${path} cannot be used: ${why.replace(/\.$/, '')}. Fix the file, or restore a copy; nothing was changed, and managed keys do not count until then.`,
      { cause },
    );
  };
  const inFile = (cause: unknown): unknown => {
    const isOwn = cause instanceof GatewayError && cause.code !== 'keys_unreadable';
    return isOwn ? cause : unreadable(cause);
  };
  const file = openSharedFile<KeyBook>({ path, parse: parseBook });
  return {
    load: () =>
      file.load().catch((cause: unknown) => {
        throw inFile(cause);
      }),
    update: (change) =>
      file
        .update((current) => withVersion(change(current)))
        .catch((cause: unknown) => {
          throw inFile(cause);
        }),
    watch: (onChange) =>
      file.watch((found) =>
        onChange(found.kind === 'content' ? found : { kind: 'unreadable', error: inFile(found.error) }),
      ),
  };
};
