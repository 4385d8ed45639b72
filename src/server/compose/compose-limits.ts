import { type BodyBudget, createBodyBudget } from '../../coding/body-budget.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { capacityOf, checkCapacity } from '../../guard/checks/check-capacity.ts';
import type { Recorder } from '../../log/capture/recorder.ts';
import type { Transport } from '../../log/record.ts';
import type { UpgradeServer } from '../../websocket/serve-upgrades.ts';
import { maxConnectionsFor } from '../listening/bound-connections.ts';
import { createCheckShare } from '../workers/check-share.ts';
import type { Bounded } from '../workers/protocol.ts';
import type { Share } from '../workers/share.ts';

export interface LimitsDeps {
  readonly config: GatewayConfig;
  readonly recorder: Pick<Recorder, 'active'>;
  readonly upgrades: Pick<UpgradeServer, 'size' | 'giveWay'>;
  /** How long a body waits for memory. */
  readonly roomWaitMs: number;
  /** Set in one of several processes, which have their limits in common. */
  readonly shareOf: ((of: Bounded, used: () => number) => Share) | undefined;
}

/** What bounds how much is served at once. */
export interface Limits {
  readonly checkCapacity: Readonly<Record<Transport, () => void | Promise<void>>>;
  readonly bodies: BodyBudget;
  /** Of this process. */
  readonly maxConnections: number;
}

export const composeLimits = ({ config, recorder, upgrades, roomWaitMs, shareOf }: LimitsDeps): Limits => {
  const capacity = capacityOf(config.maxOpenExchanges);
  /** @param countOpen how many there are, the one that asks among them */
  const capacityCheck = (of: Bounded, countOpen: () => number) => {
    if (shareOf) return createCheckShare(shareOf(of, countOpen), countOpen);
    return () => checkCapacity(countOpen(), capacity);
  };
  const checkUpgrade = capacityCheck('connections', () => upgrades.size());
  const bodies: BodyBudget = createBodyBudget({
    limit: shareOf?.('bodyBytes', () => bodies.usedBytes) ?? { most: config.bodyMemoryBytes },
    waitMs: roomWaitMs,
  });
  return {
    checkCapacity: {
      http: capacityCheck('exchanges', () => recorder.active.size),
      // A connection that nothing was asked on for a while gives way to a new one.
      websocket: async () => {
        try {
          await checkUpgrade();
        } catch (error) {
          if (!upgrades.giveWay()) throw error;
        }
      },
    },
    bodies,
    maxConnections: maxConnectionsFor(config.maxOpenExchanges),
  };
};
