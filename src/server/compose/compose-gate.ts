import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { type Admit, createAdmit } from '../../guard/admit.ts';
import { type CheckKey, createCheckKey } from '../../guard/checks/check-key.ts';
import { createAuthenticate } from '../../guard/create-authenticate.ts';
import type { KeyRing } from '../../guard/keys/key-ring.ts';
import type { TokenCheck } from '../../guard/people/token-port.ts';
import { createWrongKeys } from '../../guard/slow-wrong-keys.ts';
import type { Tickets } from '../../guard/tickets.ts';
import type { Transport } from '../../log/record.ts';

export interface GateDeps {
  readonly config: GatewayConfig;
  readonly ring: KeyRing;
  /** Absent where nobody can sign in. */
  readonly tokens: TokenCheck | undefined;
  readonly clock: Clock;
  readonly via: string;
  readonly tickets: Tickets;
  readonly isClosing: () => boolean;
  readonly checkCapacity: Readonly<Record<Transport, () => void | Promise<void>>>;
}

export interface Gate {
  readonly admit: Admit;
  readonly checkKey: CheckKey;
}

/** The check of keys, for every surface of one process. */
export const composeCheckKey = (
  { masterKey, userPathHeader, tagging }: Pick<GatewayConfig, 'masterKey' | 'userPathHeader' | 'tagging'>,
  ring: KeyRing,
  clock: Clock,
  { tickets, tokens }: Partial<Pick<GateDeps, 'tickets' | 'tokens'>>,
): CheckKey =>
  createCheckKey(
    createAuthenticate({ masterKey, ring, naming: { userPathHeader, tagging }, tickets, tokens }),
    createWrongKeys({ now: () => clock.monotonic() }),
  );

/** Whether callers need a key at the moment: the first managed key begins that, too. */
export const guarding =
  ({ masterKey }: Pick<GatewayConfig, 'masterKey'>, ring: KeyRing) =>
  (): boolean =>
    masterKey !== undefined || ring.isGuarding;

/** All that decides whether a request is let in. */
export const composeGate = (deps: GateDeps): Gate => {
  const { config, ring, clock, via, isClosing, checkCapacity } = deps;
  const checkKey = composeCheckKey(config, ring, clock, deps);
  const admit = createAdmit({
    isClosing,
    isGuarded: guarding(config, ring),
    via,
    checkKey,
    websockets: config.websockets,
    checkCapacity,
  });
  return { admit, checkKey };
};
