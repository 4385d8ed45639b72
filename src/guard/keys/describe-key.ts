import { type ManagedKey, stateOfKey } from './managed-key.ts';

/** A key as `keys --json` prints it and the admin API returns it: without the hash of its secret. */
export const describeKey = ({ sha256: _sha256, ...key }: ManagedKey, nowMs: number) => ({
  ...key,
  state: stateOfKey({ ...key, sha256: '' }, nowMs),
});
