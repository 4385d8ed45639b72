import type { RunningInstance } from '../../state/state.ts';
import { askHealth, type RunningGateway } from '../ask-health.ts';
import { listInstances } from '../list-instances.ts';

/** A gateway of a data folder, and what it answers; `health` is absent where it does not. */
export interface FoundGateway extends RunningInstance {
  readonly health: RunningGateway | undefined;
}

/** The gateways of a data folder whose processes are alive, the newest first. */
export const findGateways = async (dataDir: string): Promise<readonly FoundGateway[]> => {
  const instances = await listInstances(dataDir);
  return Promise.all(
    instances.map(async (instance) => ({ ...instance, health: await askHealth(instance.url) })),
  );
};
