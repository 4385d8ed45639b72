import { randomBytes } from 'node:crypto';
import { mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { isObject, nonEmptyString, objectsOf, parseJson } from '../../base/json-object.ts';
import type { ListedModel } from '../provider-spec.ts';
import { factsOf, modalitiesOf, tokensOf } from '../read-openai-list.ts';

/** A provider's list as it is kept between two runs. */
export interface SavedList {
  readonly provider: string;
  /** Whose list it is: another address has another one. */
  readonly baseUrl: string;
  readonly fetchedAtMs: number;
  readonly models: readonly ListedModel[];
}

const VERSION = 1;

export const serializeLists = (lists: readonly SavedList[]): string =>
  `${JSON.stringify({ version: VERSION, lists })}\n`;

/** @returns what is understood of it: the rest is asked for again */
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
      });
      return id === undefined ? [] : [{ id, ...facts }];
    });
    return [{ provider, baseUrl, fetchedAtMs, models: listed }];
  });
};

/** The file of the data folder that keeps the lists, as `createModelLists` wants it. */
export const createListFile = (
  dataDir: string,
): { readonly load: () => Promise<string | undefined>; readonly save: (text: string) => Promise<void> } => {
  const path = join(dataDir, 'models.json');
  return {
    load: () => readFile(path, 'utf8').catch(() => undefined),
    // Several gateways may share the folder: whoever renames last wins, and the file is always whole.
    save: async (text) => {
      await mkdir(dirname(path), { recursive: true, mode: 0o700 });
      const draft = `${path}.${randomBytes(6).toString('hex')}`;
      try {
        await writeFile(draft, text, { mode: 0o600, flag: 'wx' });
        await rename(draft, path);
      } catch (cause) {
        await rm(draft, { force: true });
        throw cause;
      }
    },
  };
};
