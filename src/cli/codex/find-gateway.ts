import { openState } from '../../state/state.ts';
import { askHealth } from '../ask-health.ts';

/** A gateway that a run of Codex can use. */
export interface UsableGateway {
  /** Ending in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
}

/**
 * The running gateway of a data folder, where its key is known or it asks for none.
 * @param masterKey `GOMODEL_MASTER_KEY` of this shell
 */
export const findGateway = async (
  dataDir: string,
  masterKey: string | undefined,
): Promise<UsableGateway | undefined> => {
  const url = await (await openState<{ readonly id: string }>(dataDir)).findRunningUrl();
  if (url === undefined) return undefined;
  const running = await askHealth(url);
  if (!running || (running.isGuarded && masterKey === undefined)) return undefined;
  // Codex does not start without a value in the variable; an open gateway takes any.
  return { baseUrl: `${url}/v1`, key: masterKey ?? 'none' };
};
