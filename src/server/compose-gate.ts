import type { Clock } from '../base/clock.ts';
import type { GatewayConfig } from '../config/load-config.ts';
import { type Admit, createAdmit } from '../guard/admit.ts';
import { type CheckKey, createCheckKey } from '../guard/check-key.ts';
import { createAuthenticate } from '../guard/create-authenticate.ts';
import { createWrongKeys } from '../guard/slow-wrong-keys.ts';
import type { Transport } from '../log/record.ts';

export interface GateDeps {
  readonly config: GatewayConfig;
  readonly clock: Clock;
  readonly via: string;
  readonly isClosing: () => boolean;
  readonly checkCapacity: Readonly<Record<Transport, () => void | Promise<void>>>;
}

export interface Gate {
  readonly admit: Admit;
  readonly checkKey: CheckKey;
}

/** The check of keys, for every surface of one process. */
export const composeKeys = ({ masterKey }: Pick<GatewayConfig, 'masterKey'>, clock: Clock): CheckKey =>
  createCheckKey(createAuthenticate(masterKey), createWrongKeys({ now: () => clock.monotonic() }));

/** All that decides whether a request is let in. */
export const composeGate = ({ config, clock, via, isClosing, checkCapacity }: GateDeps): Gate => {
  const checkKey = composeKeys(config, clock);
  const admit = createAdmit({
    isClosing,
    isGuarded: config.masterKey !== undefined,
    via,
    checkKey,
    websockets: config.websockets,
    checkCapacity,
  });
  return { admit, checkKey };
};
