import type { GatewayConfig } from '../../config/load-config.ts';
import type { Bounded } from './protocol.ts';
import { createSharedBound, type SharedBound } from './shared-bound.ts';

/**
 * The limits that all workers have in common, each shared out among them.
 * @param lend asks a worker to give away what it does not use. @returns how much it has given
 */
export const shareBounds = <Worker>(
  config: Pick<GatewayConfig, 'workers' | 'maxOpenExchanges' | 'bodyMemoryBytes'>,
  lend: (worker: Worker, of: Bounded) => Promise<number>,
): Readonly<Record<Bounded, SharedBound<Worker>>> => {
  const shareOut = (of: Bounded, most: number) =>
    createSharedBound<Worker>({
      most,
      first: Math.floor(most / config.workers),
      lend: (worker) => lend(worker, of),
    });
  return {
    exchanges: shareOut('exchanges', config.maxOpenExchanges),
    connections: shareOut('connections', config.maxOpenExchanges),
    bodyBytes: shareOut('bodyBytes', config.bodyMemoryBytes),
  };
};
