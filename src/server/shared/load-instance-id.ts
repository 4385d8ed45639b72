import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { isObject } from '../../base/json-object.ts';
import { openSharedFile } from '../../state/shared-file.ts';

interface Instance {
  readonly id: string;
}

const parse = (value: unknown): Instance => {
  const id = isObject(value) ? value.id : undefined;
  return { id: typeof id === 'string' && /^[0-9a-f-]{36}$/.test(id) ? id : randomUUID() };
};

/**
 * By what other gateways of a database know the one that uses this data folder, in each of its runs.
 * @returns one for this run alone where the folder cannot be written
 */
export const loadInstanceId = async (dataDir: string): Promise<string> => {
  const file = openSharedFile<Instance>({ path: join(dataDir, 'instance.json'), parse });
  return file
    .update((instance) => instance)
    .then(
      ({ id }) => id,
      () => randomUUID(),
    );
};
