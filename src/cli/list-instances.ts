import { trustGateway } from '../base/gateway-trust.ts';
import { openState, type RunningInstance } from '../state/state.ts';

/**
 * The gateways of a data folder whose processes are alive, the newest first. From then on, this process trusts the
 * certificates that they have announced.
 * @throws GatewayError command_failed where the state cannot be read
 */
export const listInstances = async (dataDir: string): Promise<readonly RunningInstance[]> => {
  const instances = await (await openState<{ readonly id: string }>(dataDir)).instances();
  for (const { url, certificate } of instances) {
    if (certificate !== undefined) trustGateway(url, certificate);
  }
  return instances;
};
