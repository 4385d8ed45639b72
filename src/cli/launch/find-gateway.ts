import { findLivingGateway } from '../running-instances.ts';

/** A gateway that a run of Codex or Claude Code can use. */
export interface UsableGateway {
  /** Ending in `/v1`. */
  readonly baseUrl: string;
  readonly key: string;
  /** Whether it asks for a key. */
  readonly isGuarded: boolean;
}

/**
 * The running gateway of a data folder, where its key is known or it asks for none.
 * @param masterKey `GOMODEL_MASTER_KEY` of this shell
 */
export const findGateway = async (
  dataDir: string,
  masterKey: string | undefined,
): Promise<UsableGateway | undefined> => {
  const running = await findLivingGateway(dataDir);
  if (!running || (running.isGuarded && masterKey === undefined)) return undefined;
  // Neither client starts without a key; an open gateway takes any.
  return { baseUrl: `${running.url}/v1`, key: masterKey ?? 'none', isGuarded: running.isGuarded };
};
