import { openState, type RunningInstance } from '../state/state.ts';

const open = (dataDir: string) => openState<{ readonly id: string }>(dataDir);

/** The gateway of this data folder that has a port, if it is one of ours that does. */
export const findInstanceOnPort = async (
  dataDir: string,
  port: number,
): Promise<RunningInstance | undefined> => {
  try {
    const instances = await (await open(dataDir)).instances();
    return instances.find(({ url }) => Number(new URL(url).port) === port);
  } catch {
    // Who has the port is a courtesy; that it is taken has been said already.
    return undefined;
  }
};

/**
 * Enters this process among the running gateways, so that the other commands find it.
 * @param onTrouble told where the folder cannot be written; the gateway runs all the same
 * @returns leaves again
 */
export const announceInstance = async (
  dataDir: string,
  instance: Omit<RunningInstance, 'pid'>,
  onTrouble: (message: string) => void,
): Promise<() => Promise<void>> => {
  const tell = (error: unknown): void => onTrouble(error instanceof Error ? error.message : String(error));
  try {
    const leave = await (await open(dataDir)).announce(instance);
    return () => leave().catch(tell);
  } catch (error) {
    tell(error);
    return async () => {};
  }
};
