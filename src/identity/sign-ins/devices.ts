import { randomInt } from 'node:crypto';
import type { JsonObject } from '../../base/json-object.ts';
import type { EntryStore, Expiring } from '../../guard/people/entry-store.ts';
import { createSecret, digestOf } from './secrets.ts';
import { createShareOfAddress } from './share-of-address.ts';

/** Consonants that no one mistakes for another, and that make no words (RFC 8628 §6.1). */
const LETTERS = 'BCDFGHJKLMNPQRSTVWXZ';
const CODE_LENGTH = 8;

const DEVICE_MS = 10 * 60_000;
const INTERVAL_S = 5;
/** What asks too often is told to wait so much longer (RFC 8628 §3.5). */
const SLOWER_S = 5;
/** What clocks and timers may differ by. */
const TOLERANCE_MS = 500;
/** All that wait for their person at once. */
const MAX_PENDING = 500;
/** Of one address, which may be that of a whole company: others find room beside it. */
const MAX_OF_ADDRESS = 200;
const SWEEP_EVERY_MS = 60_000;

/** A program that waits until its person has signed in elsewhere. */
interface DeviceStart {
  readonly deviceCode: string;
  /** Such as `WDJB-MJHT`. */
  readonly userCode: string;
  readonly expiresInS: number;
  readonly intervalS: number;
}

/** What the person is told of the program that asks. */
export interface DeviceAsker {
  readonly address: string;
  readonly program: string;
}

type Poll =
  | { readonly kind: 'pending' | 'slow_down' | 'denied' | 'expired' }
  | { readonly kind: 'approved'; readonly signInId: string };

export interface Devices {
  /** @returns undefined where too many wait already */
  begin(asker: DeviceAsker): Promise<DeviceStart | undefined>;
  /** @param userCode as the person has typed it. @returns undefined where no device waits with it */
  find(userCode: string): Promise<{ readonly device: string; readonly asker: DeviceAsker } | undefined>;
  /** @returns false where the device does not wait any more */
  decide(device: string, decision: { readonly signInId: string } | 'denied'): Promise<boolean>;
  poll(deviceCode: string): Promise<Poll>;
}

/** `wdjb mjht` is `WDJB-MJHT`. */
const normalize = (typed: string): string =>
  typed
    .slice(0, 40)
    .toUpperCase()
    .replace(/[^A-Z]/g, '');

const drawCode = (): string => {
  let code = '';
  for (let place = 0; place < CODE_LENGTH; place++) code += LETTERS[randomInt(LETTERS.length)];
  return code;
};

const numberOf = (value: unknown): number => (typeof value === 'number' ? value : 0);
const keepOf = (entry: JsonObject, changed: JsonObject): JsonObject & Expiring => ({
  ...entry,
  ...changed,
  expiresAtMs: numberOf(entry.expiresAtMs),
});

/** @param now milliseconds since the epoch */
export const createDevices = (store: EntryStore, now: () => number): Devices => {
  let sweptAtMs = 0;
  const shares = createShareOfAddress(MAX_OF_ADDRESS, DEVICE_MS, now);
  /** Looking at every entry takes a while, and must not be what somebody can ask for again and again. */
  const sweep = async (): Promise<void> => {
    if (sweptAtMs + SWEEP_EVERY_MS > now()) return;
    sweptAtMs = now();
    await store.sweep();
  };
  return {
    begin: async (asker) => {
      await sweep();
      if ((await store.count('device')) >= MAX_PENDING || !shares.take(asker.address)) return undefined;
      const deviceCode = createSecret();
      const code = drawCode();
      const device = digestOf(deviceCode);
      const expiresAtMs = now() + DEVICE_MS;
      const entry = { ...asker, state: 'pending', intervalS: INTERVAL_S, polledAtMs: 0, expiresAtMs };
      await store.change('device', device, () => ({ keep: entry, result: undefined }));
      await store.change('user-code', digestOf(code), () => ({
        keep: { device, expiresAtMs },
        result: undefined,
      }));
      return {
        deviceCode,
        userCode: `${code.slice(0, CODE_LENGTH / 2)}-${code.slice(CODE_LENGTH / 2)}`,
        expiresInS: DEVICE_MS / 1000,
        intervalS: INTERVAL_S,
      };
    },
    find: async (userCode) => {
      const { device } = (await store.read('user-code', digestOf(normalize(userCode)))) ?? {};
      if (typeof device !== 'string') return undefined;
      const entry = await store.read('device', device);
      if (entry?.state !== 'pending') return undefined;
      return { device, asker: { address: String(entry.address), program: String(entry.program) } };
    },
    decide: (device, decision) =>
      store.change('device', device, (entry) => {
        if (entry?.state !== 'pending') {
          return { keep: entry && keepOf(entry, {}), result: false };
        }
        const changed =
          decision === 'denied' ? { state: 'denied' } : { state: 'approved', signInId: decision.signInId };
        return { keep: keepOf(entry, changed), result: true };
      }),
    poll: (deviceCode) =>
      store.change<Poll>('device', digestOf(deviceCode), (entry) => {
        if (!entry) return { keep: undefined, result: { kind: 'expired' } };
        const { state, signInId } = entry;
        if (state === 'denied') return { keep: undefined, result: { kind: 'denied' } };
        if (state === 'approved' && typeof signInId === 'string') {
          return { keep: undefined, result: { kind: 'approved', signInId } };
        }
        const intervalS = numberOf(entry.intervalS);
        const isTooSoon = numberOf(entry.polledAtMs) + intervalS * 1000 - TOLERANCE_MS > now();
        const changed = { polledAtMs: now(), intervalS: isTooSoon ? intervalS + SLOWER_S : intervalS };
        return { keep: keepOf(entry, changed), result: { kind: isTooSoon ? 'slow_down' : 'pending' } };
      }),
  };
};
