import { endKeys } from '../guard/keys/end-keys.ts';
import type { KeyRing } from '../guard/keys/key-ring.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import type { UpgradeServer } from '../websocket/serve-upgrades.ts';
import type { Outward } from './compose/compose-outward.ts';

export interface CutEndedKeysDeps {
  readonly ring: KeyRing;
  readonly recorder: Pick<Recorder, 'active'>;
  readonly outward: Pick<Outward, 'cut'>;
  readonly upgrades: Pick<UpgradeServer, 'callers' | 'cut' | 'drain'>;
}

/** Ends the answers and connections of keys that are revoked while they run. @returns stops that */
export const cutEndedKeys = ({ ring, recorder, outward, upgrades }: CutEndedKeysDeps): (() => void) =>
  endKeys({
    ring,
    running: () =>
      [
        ...recorder.active.values().map(({ record }) => record.keyId),
        ...upgrades.callers().map(({ keyId }) => keyId),
      ].filter((id) => id !== undefined),
    cut: (id, reason) => {
      outward.cut(reason, ({ keyId }) => keyId === id);
      upgrades.cut(reason, ({ keyId }) => keyId === id);
    },
    drain: (id) => upgrades.drain(({ keyId }) => keyId === id),
  });
