import { createServer } from 'node:net';
import type { GatewayConfig } from '../../config/load-config.ts';
import type { Step } from '../../probe/step.ts';
import { askHealth, type RunningGateway } from '../ask-health.ts';
import { listInstances } from '../list-instances.ts';

const isFree = (port: number, host: string): Promise<boolean> =>
  new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(false));
    server.listen({ port, host }, () => server.close(() => resolve(true)));
  });

const findAnnounced = async (dataDir: string): Promise<readonly string[]> => {
  try {
    const instances = await listInstances(dataDir);
    return instances.map(({ url }) => url);
  } catch {
    // The state cannot be read: the data folder's own check says so.
    return [];
  }
};

/** A gateway that runs, of this data folder or on the port of this shell; else whether its port is free. */
export const checkGateway = async ({
  dataDir,
  host = '127.0.0.1',
  port,
  tls,
}: Pick<GatewayConfig, 'dataDir' | 'host' | 'port' | 'tls'>): Promise<{
  step: Step;
  running?: RunningGateway;
  isStranger?: true;
}> => {
  const name = 'Gateway';
  const own = await findAnnounced(dataDir);
  for (const url of own) {
    const running = await askHealth(url);
    if (running) {
      const key = running.isGuarded ? 'guarded by a master key' : 'open to this machine';
      return {
        step: { name, state: 'ok', message: `${running.version} runs at ${url}/v1, ${key}` },
        running,
      };
    }
  }
  const silent = own[0];
  if (silent !== undefined) {
    const message = `the one at ${silent} is running and does not answer`;
    return { step: { name, state: 'failed', message, remedy: 'Stop it and start it again.' } };
  }
  const stranger = port === 0 ? undefined : await askHealth(`${tls ? 'https' : 'http'}://localhost:${port}`);
  if (stranger) {
    const message = `${stranger.version} runs at ${stranger.url}/v1, with another data folder than ${dataDir}`;
    const remedy = 'Name its folder with --data-dir, so that its log is found.';
    return { step: { name, state: 'warning', message, remedy }, running: stranger, isStranger: true };
  }
  if (port !== 0 && !(await isFree(port, host))) {
    const remedy = 'Stop what uses it, or choose another with PORT.';
    return {
      step: {
        name,
        state: 'failed',
        message: `none is running, and port ${port} is used by another program`,
        remedy,
      },
    };
  }
  return {
    step: {
      name,
      state: 'warning',
      message: `none is running; port ${port} is free`,
      remedy: 'Start it with `npx gomodel-ts serve`. Until then, Codex has no gateway to talk to.',
    },
  };
};
