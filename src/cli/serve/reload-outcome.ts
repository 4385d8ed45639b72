import { readFile, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { isObject, parseJson } from '../../base/json-object.ts';
import { replacePrivateFile } from '../../state/replace-private-file.ts';

/** What came of a reload, as a gateway says it to who asked for it. */
export interface ReloadOutcome {
  readonly pid: number;
  readonly isDone: boolean;
  /** One sentence or more. */
  readonly message: string;
}

const pathIn = (dataDir: string): string => join(dataDir, 'reload.json');

export const forgetOutcome = (dataDir: string): Promise<void> => rm(pathIn(dataDir), { force: true });

export const writeOutcome = (dataDir: string, outcome: ReloadOutcome): Promise<void> =>
  replacePrivateFile(pathIn(dataDir), `${JSON.stringify(outcome)}\n`);

/** @returns undefined until the gateway of this process id has said it */
export const readOutcome = async (dataDir: string, pid: number): Promise<ReloadOutcome | undefined> => {
  const read = parseJson(await readFile(pathIn(dataDir), 'utf8').catch(() => ''));
  if (!isObject(read) || read.pid !== pid) return undefined;
  return { pid, isDone: read.isDone === true, message: String(read.message) };
};
