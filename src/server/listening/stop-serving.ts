import type { Server } from 'node:http';
import type { Admin } from '../../admin/create-admin.ts';
import { GatewayError } from '../../base/errors.ts';
import type { ExchangeWatch } from '../../log/capture/recorder.ts';
import type { UpgradeServer } from '../../websocket/serve-upgrades.ts';
import type { Outward } from '../compose/compose-outward.ts';
import { waitUntilIdle } from './wait-until-idle.ts';

/** How long an answer that was cut off may take to reach its client. */
const CUT_GRACE_MS = 500;

export interface StopDeps {
  readonly servers: readonly Server[];
  readonly admin: Pick<Admin, 'closeStreams'>;
  readonly upgrades: Pick<UpgradeServer, 'drain' | 'cut' | 'close'>;
  readonly outward: Pick<Outward, 'cut'>;
  readonly recorder: ExchangeWatch;
}

/**
 * Stops serving: running answers may end within `graceMs`, then they are cut off as `shutting_down`.
 * @returns when no connection is left
 */
export const stopServing = async (
  { servers, admin, upgrades, outward, recorder }: StopDeps,
  graceMs: number,
): Promise<void> => {
  admin.closeStreams();
  for (const server of servers) {
    server.close();
    server.closeIdleConnections();
  }
  upgrades.drain();
  await waitUntilIdle(recorder, graceMs);
  const reason = new GatewayError('shutting_down', 'the gateway was stopped during this answer. Try again.');
  outward.cut(reason);
  upgrades.cut(reason);
  await waitUntilIdle(recorder, CUT_GRACE_MS);
  upgrades.close();
  for (const server of servers) server.closeAllConnections();
};
