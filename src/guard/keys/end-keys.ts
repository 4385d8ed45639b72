import { GatewayError } from '../../base/errors.ts';
import { isPersonId } from '../people/person.ts';
import type { KeyRing } from './key-ring.ts';

interface EndKeysDeps {
  readonly ring: Pick<KeyRing, 'find' | 'stateOf' | 'onChange'>;
  /** The keys of all that runs. */
  readonly running: () => Iterable<string>;
  /** Ends what runs on one key. */
  readonly cut: (keyId: string, reason: GatewayError) => void;
  /** Lets what runs on one sign-in end, and closes its connections then. */
  readonly drain: (keyId: string) => void;
}

/** Keys expire without a change of the store. */
const LOOK_EVERY_MS = 250;

/** Why what runs on a key ends. */
export const reasonForEnd = (ring: Pick<KeyRing, 'find' | 'stateOf'>, id: string): GatewayError => {
  const named = `${id}${ring.find(id) ? ` (${ring.find(id)?.name})` : ''}`;
  if (isPersonId(id)) {
    const name = ring.find(id)?.name ?? id;
    return new GatewayError(
      'sign_in_expired',
      `the sign-in of ${name} has ended during this answer. Sign in again, or ask whoever runs this gateway.`,
    );
  }
  const how = ring.stateOf(id) === 'expired' ? 'has expired' : 'was revoked';
  return new GatewayError(
    'invalid_api_key',
    `the key ${named} ${how} during this answer. Ask whoever runs this gateway for another one.`,
  );
};

/**
 * Ends what runs on keys that are revoked or expire, within a second.
 * @returns a function that stops looking
 */
export const endKeys = (deps: EndKeysDeps): (() => void) => {
  const { ring, running, cut, drain } = deps;
  const look = (): void => {
    for (const id of new Set(running())) {
      const state = ring.stateOf(id);
      if (state === 'active') continue;
      // A token lives for minutes: its answers go on to their end, and the next connection has another one.
      if (state === 'expired' && isPersonId(id)) drain(id);
      else cut(id, reasonForEnd(ring, id));
    }
  };
  const stop = ring.onChange(look);
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => {
    stop();
    clearInterval(timer);
  };
};
