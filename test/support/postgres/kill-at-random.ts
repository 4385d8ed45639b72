import { setTimeout as pause } from 'node:timers/promises';
import { createRandom } from '../dashboard/random.ts';
import { type GatewayOptions, type GatewayProcess, startGateway } from '../gateway/start-gateway.ts';
import type { PostgresServer } from './start-postgres.ts';

export interface KillPlan {
  readonly gateways: number;
  /** How many `kill -9` of gateways there are, one after another, and how many of all of PostgreSQL. */
  readonly gatewayKills: number;
  readonly serverKills: number;
  readonly clients: number;
  readonly server: PostgresServer;
  readonly options: Omit<GatewayOptions, 'dataDir'>;
  /** Of each gateway. */
  readonly createFolder: () => string;
  /** Asks a gateway; what it throws is the end of a killed one. @param v1 its address */
  readonly ask: (v1: string, count: number) => Promise<void>;
  /** Called at each kill, for what else may go wrong meanwhile. */
  readonly disturb?: (kill: number) => Promise<void>;
}

export interface Survivors {
  /** Of each gateway, the process that runs now. */
  readonly running: readonly GatewayProcess[];
  readonly asked: number;
  stop(): Promise<void>;
}

/** Between two kills: long enough for something to be under way. */
const BETWEEN_MS = 400;

/**
 * Asks several gateways by many clients at once, kills them and their database at random meanwhile, and starts each
 * again on what it has left.
 * @returns when all run again, and nobody asks any more
 */
export const killAtRandom = async (plan: KillPlan): Promise<Survivors> => {
  const { server, options, createFolder, ask } = plan;
  const random = createRandom(7);
  const folders = Array.from({ length: plan.gateways }, createFolder);
  const running: (GatewayProcess | undefined)[] = await Promise.all(
    folders.map((dataDir) => startGateway({ ...options, dataDir })),
  );
  const restarts = new Set<Promise<void>>();
  let asked = 0;
  let isOver = false;

  const clients = Array.from({ length: plan.clients }, async () => {
    while (!isOver) {
      const gateway = random.pick(running);
      if (!gateway) {
        await pause(20);
        continue;
      }
      await ask(gateway.url, ++asked).catch(() => {});
    }
  });
  const killOne = async (): Promise<void> => {
    const place = running.findIndex(
      (gateway, at) => gateway && (random.chance(0.5) || at === running.length - 1),
    );
    const gateway = running[place];
    if (!gateway) return;
    running[place] = undefined;
    await gateway.stop('SIGKILL');
    const restart = startGateway({ ...options, dataDir: folders[place] ?? '' }).then((next) => {
      running[place] = next;
    });
    restarts.add(restart);
    await restart.finally(() => restarts.delete(restart));
  };
  const every = Math.max(1, Math.floor(plan.gatewayKills / plan.serverKills));
  for (let kill = 0; kill < plan.gatewayKills; kill++) {
    // The next one does not wait until this one runs again, unless none does.
    void killOne().catch(() => {});
    await plan.disturb?.(kill);
    await pause(BETWEEN_MS);
    if (running.every((gateway) => !gateway)) await Promise.race([...restarts]).catch(() => {});
    if (kill % every !== every - 1) continue;
    await server.kill();
    await pause(BETWEEN_MS);
    await server.start();
  }
  await Promise.all([...restarts]);
  isOver = true;
  await Promise.all(clients);
  const survivors = running.filter((gateway) => gateway !== undefined);
  return {
    running: survivors,
    asked,
    stop: async () => {
      await Promise.all(survivors.map((gateway) => gateway.stop('SIGKILL')));
    },
  };
};
