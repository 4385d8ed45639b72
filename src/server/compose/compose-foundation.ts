import type { Clock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { openKeyRing } from '../../guard/keys/key-ring.ts';
import type { KeyStore } from '../../guard/keys/key-store.ts';
import type { Ended } from '../../guard/people/people.ts';
import { urlOf } from '../listening/addresses.ts';
import { createNotices, type Notices } from '../notices.ts';
import { loadSealingSecret, shareSealingSecret } from '../shared/load-sealing-secret.ts';
import { openSharedState, type SharedState } from '../shared/open-shared-state.ts';
import { keysOf } from '../shared/remember-keys.ts';
import { composeTls } from '../tls/compose-tls.ts';
import type { KeptTls } from '../tls/keep-tls.ts';
import { type Callers, composeCallers } from './compose-sign-in.ts';

/** What everything else in a process stands on. */
export interface Foundation extends Callers {
  readonly notices: Notices;
  readonly tls: KeptTls | undefined;
  readonly state: SharedState;
  readonly keyStore: KeyStore;
  readonly sealingSecret: Buffer;
  /** Where the gateway listens, as soon as it does. */
  readonly url: () => string;
}

/**
 * @param port at which the gateway listens, as soon as that is known
 * @param given in a worker, from the primary: the secret, and what people may do no longer
 * @throws GatewayError invalid_config
 */
export const composeFoundation = async (
  config: GatewayConfig,
  clock: Clock,
  port: () => number,
  given?: { readonly sealingSecret: Buffer; readonly ends: readonly Ended[] },
): Promise<Foundation> => {
  // Before anything is opened that would have to be closed where it is refused.
  const ownSecret = given?.sealingSecret ?? (await loadSealingSecret(config.dataDir));
  const notices = createNotices();
  const tls = await composeTls(config.tls, notices, clock);
  const state = await openSharedState(config, clock);
  const keyStore = keysOf(config, state);
  state.postgres?.onNotice(notices.tell);
  const sealingSecret = given ? ownSecret : await shareSealingSecret(config.dataDir, ownSecret, state);
  const url = (): string => urlOf(config.host, port(), tls !== undefined);
  const ring = await openKeyRing(keyStore, () => clock.now());
  const callers = await composeCallers(config, ring, sealingSecret, url, clock);
  for (const ended of given?.ends ?? []) callers.gate?.people.end(ended);
  return { ...callers, notices, tls, state, keyStore, sealingSecret, url };
};
