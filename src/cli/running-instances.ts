import { openState, type RunningInstance } from '../state/state.ts';
import { askHealth, type RunningGateway } from './ask-health.ts';
import { listInstances } from './list-instances.ts';

const open = (dataDir: string) => openState<{ readonly id: string }>(dataDir);

/**
 * The newest gateway of a data folder that is alive: a process id may be another program's by now, and a port
 * another gateway's, so that each is asked.
 */
export const findLivingGateway = async (
  dataDir: string,
): Promise<(RunningGateway & Pick<RunningInstance, 'certificate'>) | undefined> => {
  for (const { url, instance, certificate } of await listInstances(dataDir)) {
    const running = await askHealth(url);
    if (running && (instance === undefined || running.instance === instance)) {
      return { ...running, ...(certificate !== undefined && { certificate }) };
    }
  }
  return undefined;
};

/** The gateway of this data folder that has a port, if it is one of ours that does. */
export const findInstanceOnPort = async (
  dataDir: string,
  port: number,
): Promise<RunningInstance | undefined> => {
  try {
    const instances = await listInstances(dataDir);
    const found = instances.find(({ url }) => Number(new URL(url).port) === port);
    const running = found && (await askHealth(found.url));
    return running && (found.instance === undefined || running.instance === found.instance)
      ? found
      : undefined;
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
