import { GatewayError } from '../../base/errors.ts';
import type { People } from './people.ts';

interface CutEndedSignInsDeps {
  readonly people: Pick<People, 'hasEnded' | 'onEnd'>;
  /** The sign-ins of all that runs. */
  readonly running: () => Iterable<string>;
  /** Ends what runs on one. */
  readonly cut: (signInId: string, reason: GatewayError) => void;
}

/** What was let in just before its sign-in ended may begin to run behind that. */
const LOOK_EVERY_MS = 250;

const reason = (): GatewayError =>
  new GatewayError(
    'sign_in_expired',
    'the sign-in that this answer ran on was ended. Sign in again, or ask whoever runs this gateway.',
  );

/** Ends what runs on sign-ins that are ended before their time. @returns a function that stops looking */
export const cutEndedSignIns = ({ people, running, cut }: CutEndedSignInsDeps): (() => void) => {
  const look = (): void => {
    for (const id of new Set(running())) if (people.hasEnded(id)) cut(id, reason());
  };
  const stop = people.onEnd(look);
  const timer = setInterval(look, LOOK_EVERY_MS).unref();
  return () => {
    stop();
    clearInterval(timer);
  };
};
