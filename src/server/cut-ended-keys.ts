import { signInOf } from '../guard/caller.ts';
import { endKeys } from '../guard/keys/end-keys.ts';
import type { KeyRing } from '../guard/keys/key-ring.ts';
import { cutEndedSignIns } from '../guard/people/cut-ended-sign-ins.ts';
import type { People } from '../guard/people/people.ts';
import type { Recorder } from '../log/capture/recorder.ts';
import type { UpgradeServer } from '../websocket/serve-upgrades.ts';
import type { Outward } from './compose/compose-outward.ts';

export interface CutEndedKeysDeps {
  readonly ring: KeyRing;
  /** Absent where nobody can sign in. */
  readonly people: People | undefined;
  readonly recorder: Pick<Recorder, 'active'>;
  readonly outward: Pick<Outward, 'cut'>;
  readonly upgrades: Pick<UpgradeServer, 'callers' | 'cut' | 'drain'>;
}

const isKnown = (id: string | undefined): id is string => id !== undefined;

/** Ends the answers and connections of keys and sign-ins that are ended while they run. @returns stops that */
export const cutEndedKeys = (deps: CutEndedKeysDeps): (() => void) => {
  const { ring, people, recorder, outward, upgrades } = deps;
  const stopKeys = endKeys({
    ring,
    running: () =>
      [
        ...recorder.active.values().map(({ record }) => record.keyId),
        ...upgrades.callers().map(({ keyId }) => keyId),
      ].filter(isKnown),
    cut: (id, reason) => {
      outward.cut(reason, ({ keyId }) => keyId === id);
      upgrades.cut(reason, ({ keyId }) => keyId === id);
    },
    drain: (id) => upgrades.drain(({ keyId }) => keyId === id),
  });
  if (!people) return stopKeys;
  const stopSignIns = cutEndedSignIns({
    people,
    running: () =>
      [
        ...recorder.active.values().map(({ record }) => signInOf(record)),
        ...upgrades.callers().map(({ signInId }) => signInId),
      ].filter(isKnown),
    cut: (id, reason) => {
      outward.cut(reason, (record) => signInOf(record) === id);
      upgrades.cut(reason, ({ signInId }) => signInId === id);
    },
  });
  return () => {
    stopKeys();
    stopSignIns();
  };
};
