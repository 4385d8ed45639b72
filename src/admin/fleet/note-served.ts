import type { AdminLog } from '../../guard/admin-log.ts';

/** What was served, and to whom. */
interface Served {
  /** `key:…`, `sso:…`, or `none`. */
  readonly by: string;
  readonly address: string;
  /** The program that asked, as it says. */
  readonly client: string | undefined;
  readonly group: string;
  readonly version: string;
}

/** Tells the admin log where a version or a caller is new. Never throws or rejects. */
export type NoteServed = (served: Served) => void;

const ACTION = 'policy.serve';
/** Of those who are remembered, the longest unseen one is forgotten first. */
const MAX_KNOWN = 20_000;
/** Whoever has no key is known by an address, of which one machine may have many. */
const MAX_UNKNOWN_AN_HOUR = 200;
const HOUR_MS = 3_600_000;
/** Of earlier runs. */
const LOOK_BACK = 5_000;

interface NoteServedDeps {
  readonly adminLog: Pick<AdminLog, 'append' | 'latest'>;
  /** Milliseconds since the epoch. */
  readonly now: () => number;
}

const placeOf = (by: string, address: string): string => (by === 'none' ? `none ${address}` : by);

/**
 * Each start of each client asks: an entry is written where somebody gets a version that they did not have before,
 * and for callers without a key at most some hundreds in an hour.
 */
export const createNoteServed = ({ adminLog, now }: NoteServedDeps): NoteServed => {
  /** The version that each caller got last. */
  const known = new Map<string, string>();
  let hour = 0;
  let unknown = 0;
  let skipped = 0;
  let loaded: Promise<void> | undefined;
  const load = async (): Promise<void> => {
    const entries = await adminLog.latest(LOOK_BACK);
    for (const { by, to } of entries.filter(({ action }) => action === ACTION).reverse()) {
      known.set(placeOf(by, String(to?.address)), String(to?.version));
    }
  };

  const isTooMany = (): boolean => {
    const current = Math.floor(now() / HOUR_MS);
    if (current !== hour) {
      hour = current;
      unknown = 0;
    }
    if (unknown < MAX_UNKNOWN_AN_HOUR) {
      unknown++;
      return false;
    }
    skipped++;
    return true;
  };
  const note = async ({ by, address, client, group, version }: Served): Promise<void> => {
    // A log that cannot be read has everybody noted once more.
    loaded ??= load().catch(() => {});
    await loaded;
    const place = placeOf(by, address);
    const isKnown = known.get(place) === version;
    known.delete(place);
    known.set(place, version);
    if (known.size > MAX_KNOWN) known.delete(known.keys().next().value ?? '');
    if (isKnown || (by === 'none' && isTooMany())) return;
    const more = skipped > 0 ? { skipped } : {};
    skipped = 0;
    await adminLog.append({
      at: new Date(now()).toISOString(),
      by,
      action: ACTION,
      target: group,
      to: { version, address, ...(client !== undefined && { client }), ...more },
    });
  };
  return (served) => {
    // Clients start without their entry where the log cannot be written: that has been told elsewhere.
    note(served).catch(() => {});
  };
};
