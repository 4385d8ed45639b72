import { api } from '../state/api.ts';
import { useLoad } from '../state/use-load.ts';
import { may } from '../state/viewer.ts';

/** The name of a key, by its id. */
export type NameOfKey = (id: string) => string;

/** Names of keys by their ids; the id itself for whoever may not read the keys. */
export const useKeyNames = (): NameOfKey => {
  const { value } = useLoad(may('auditor') ? 'keys' : undefined, api.keys);
  const names = new Map(value?.keys.map(({ id, name }) => [id, name]));
  return (id) => names.get(id) ?? id;
};
