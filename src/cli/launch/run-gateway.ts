import { createId } from '../../base/ids.ts';
import { systemClock } from '../../base/time/clock.ts';
import type { GatewayConfig } from '../../config/load-config.ts';
import { compose } from '../../server/compose.ts';
import type { Gateway } from '../../server/gateway.ts';
import type { CommandContext } from '../context.ts';
import { readConfig } from '../read-config.ts';
import { plainLine } from '../render/plain-text.ts';
import { readVersion } from '../version.ts';
import { findGateway, type UsableGateway } from './find-gateway.ts';
import type { LaunchFlags } from './launch-flags.ts';

/** The gateway of a run, and what ends it where it was started for the run alone. */
export interface RunGateway extends UsableGateway {
  readonly config: GatewayConfig;
  /** Such as `http://localhost:8080`. */
  readonly url: string;
  /** False where it was started for the run. */
  readonly runsOn: boolean;
  close(): Promise<void>;
}

export interface GatewayWish {
  readonly flags: LaunchFlags;
  /** Variables of a gateway that is started for the run; they win over the environment. */
  readonly more: Readonly<Record<string, string>>;
  /** Refuses a configuration that could not serve the run; called only where a gateway is started. */
  readonly check?: (config: GatewayConfig) => void;
}

const LAUNCHER = { isLauncher: true } as const;

const startGateway = async (
  { flags, more, check }: GatewayWish,
  context: CommandContext,
): Promise<RunGateway> => {
  const config = await readConfig({ port: '0', ...flags }, context, { ...LAUNCHER, more });
  check?.(config);
  const key = config.masterKey ?? createId('gm_run', systemClock.now());
  for (const notice of config.notices) context.stderr.write(`gomodel-ts: ${plainLine(notice)}\n`);
  const gateway: Gateway = await compose(
    // Nobody else reaches it.
    { ...config, tls: undefined, masterKey: key },
    { version: readVersion(), demo: flags.demo === true },
  );
  const { url } = gateway;
  return {
    ...{ baseUrl: `${url}/v1`, key, isGuarded: true },
    ...{ config, url, runsOn: false },
    close: () => gateway.close(0),
  };
};

/**
 * The gateway that runs, where its key is known here, or one that is started for the run.
 * @throws GatewayError invalid_config, command_failed, and what `check` throws
 */
export const findOrStart = async (wish: GatewayWish, context: CommandContext): Promise<RunGateway> => {
  const { flags } = wish;
  const config = await readConfig(flags, context, LAUNCHER);
  const needsOwn = flags.own || flags.demo || flags.port !== undefined || flags.host !== undefined;
  const running = needsOwn ? undefined : await findGateway(config);
  if (!running) return startGateway(wish, context);
  const url = new URL(running.baseUrl).origin;
  return { ...running, config, url, runsOn: true, close: async () => {} };
};
