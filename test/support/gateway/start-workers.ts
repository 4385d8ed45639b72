import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { parseSegmentName } from '../../../src/audit/segment-name.ts';
import { startHeldGateway } from '../faults/start-held-gateway.ts';
import type { GatewayOptions } from './start-gateway.ts';

/** The built CLI, serving by several processes until the test ends. */
export const startWorkersGateway = async (workers: number, options: GatewayOptions = {}) => {
  const gateway = await startHeldGateway({
    ...options,
    args: ['--workers', String(workers), ...(options.args ?? [])],
  });
  return {
    ...gateway,
    origin: new URL(gateway.url).origin,
    /** Which processes write the log beside the primary, in their own words. */
    workerPids: (): number[] => {
      const pids = readdirSync(join(gateway.dataDir, 'audit'))
        .map((name) => parseSegmentName(name)?.pid)
        .filter((pid) => pid !== undefined)
        .filter((pid) => pid !== gateway.pid);
      return [...new Set(pids)];
    },
  };
};
