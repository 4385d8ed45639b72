import { join } from 'node:path';
import { isObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import { createPrivateFolder } from '../../state/private-files.ts';
import { readRegularFile } from '../../state/read-regular-file.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';
import type { ListedModel } from '../provider-spec.ts';
import { factsOf, modalitiesOf, pricesOf, tokensOf } from '../read-openai-list.ts';

/** A provider's list as it is kept between two runs. */
export interface SavedList {
  readonly provider: string;
  /** The address whose list it is, without user, password and keys. */
  readonly baseUrl: string;
  readonly fetchedAtMs: number;
  readonly models: readonly ListedModel[];
}

const VERSION = 1;
const MAX_BYTES = 64 * 2 ** 20;

export const serializeLists = (lists: readonly SavedList[]): string =>
  `${JSON.stringify({ version: VERSION, lists })}\n`;

/** @returns the readable lists; the others are fetched again */
export const parseSavedLists = (text: string | undefined): readonly SavedList[] => {
  const saved = parseJson(text ?? '');
  if (!isObject(saved) || saved.version !== VERSION) return [];
  return objectsOf(saved.lists).flatMap(({ provider, baseUrl, fetchedAtMs, models }) => {
    if (typeof provider !== 'string' || typeof baseUrl !== 'string' || typeof fetchedAtMs !== 'number') {
      return [];
    }
    const listed = objectsOf(models).flatMap((model) => {
      const id = nonEmptyString(model.id);
      const facts = factsOf({
        contextWindow: tokensOf(model.contextWindow),
        maxOutputTokens: tokensOf(model.maxOutputTokens),
        inputModalities: modalitiesOf(model.inputModalities),
        prices: pricesOf(model.prices),
      });
      return id === undefined ? [] : [{ id, ...facts }];
    });
    return [{ provider, baseUrl, fetchedAtMs, models: listed }];
  });
};

interface ListFile {
  readonly path: string;
  readonly load: () => Promise<string | undefined>;
  readonly save: (text: string) => Promise<void>;
}

/** The file of the data folder that keeps the lists, as `createModelLists` wants it. */
export const createListFile = (dataDir: string): ListFile => {
  const path = join(dataDir, 'models.json');
  return {
    path,
    load: async () => {
      const found = readRegularFile(path, { maxBytes: MAX_BYTES, followLinks: false });
      return found.kind === 'file' ? found.bytes.toString('utf8') : undefined;
    },
    // Several gateways may share the folder: whoever renames last wins, and the file is always whole.
    save: async (text) => {
      createPrivateFolder(dataDir);
      await replacePrivateFile(path, text);
    },
  };
};
