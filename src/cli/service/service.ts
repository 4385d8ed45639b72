import { isAbsolute, join } from 'node:path';
import process from 'node:process';
import { GatewayError } from '../../base/errors.ts';
import type { Environment } from '../../config/data-dir.ts';
import { AGENT_LABEL, renderAgent } from './launch-agent.ts';
import type { ServiceStart } from './service-start.ts';
import { renderUnit } from './unit-file.ts';

/** How this system keeps a program running for a user. */
export interface ServiceManager {
  /** Of the file that describes the service. */
  readonly file: string;
  readonly render: (start: ServiceStart) => string;
  /** Commands that make room for it, and may fail where there is nothing yet. */
  readonly clear: readonly (readonly [program: string, ...args: string[]])[];
  /** Commands in their order; the first one that fails ends them. */
  readonly enable: readonly (readonly [program: string, ...args: string[]])[];
  /** What enabling leaves besides, should disabling not work. */
  readonly links: readonly string[];
  readonly disable: readonly (readonly [program: string, ...args: string[]])[];
  /** What the user may want to know besides. */
  readonly hint: string | undefined;
}

export const SERVICE_MARK = 'Written by `gomodel-ts start --service`; `gomodel-ts uninstall` takes it away.';

const UNIT = 'gomodel-ts.service';

const systemd = (env: Environment, homeDir: string): ServiceManager => {
  const { XDG_CONFIG_HOME } = env;
  const config = XDG_CONFIG_HOME && isAbsolute(XDG_CONFIG_HOME) ? XDG_CONFIG_HOME : join(homeDir, '.config');
  const folder = join(config, 'systemd/user');
  return {
    file: join(folder, UNIT),
    links: [join(folder, 'default.target.wants', UNIT)],
    render: renderUnit,
    clear: [],
    enable: [
      ['systemctl', '--user', 'daemon-reload'],
      ['systemctl', '--user', 'enable', UNIT],
      ['systemctl', '--user', 'restart', UNIT],
    ],
    disable: [['systemctl', '--user', 'disable', '--now', UNIT]],
    hint: 'It runs while you are logged in; `loginctl enable-linger` lets it run from the start of the machine.',
  };
};

const launchd = (homeDir: string): ServiceManager => {
  const file = join(homeDir, 'Library/LaunchAgents', `${AGENT_LABEL}.plist`);
  const domain = `gui/${process.getuid?.() ?? 0}`;
  return {
    file,
    links: [],
    render: renderAgent,
    // It loads no agent that is loaded already, and starts none that was turned off.
    clear: [
      ['launchctl', 'bootout', `${domain}/${AGENT_LABEL}`],
      ['launchctl', 'enable', `${domain}/${AGENT_LABEL}`],
    ],
    enable: [['launchctl', 'bootstrap', domain, file]],
    disable: [['launchctl', 'bootout', `${domain}/${AGENT_LABEL}`]],
    hint: undefined,
  };
};

/** @returns undefined where the system has no such thing that is known here, or its user no home folder */
export const findServiceManager = (
  env: Environment,
  homeDir: string,
  platform: NodeJS.Platform,
): ServiceManager | undefined => {
  if (homeDir === '') return undefined;
  if (platform === 'linux') return systemd(env, homeDir);
  return platform === 'darwin' ? launchd(homeDir) : undefined;
};

/** @throws GatewayError command_failed */
export const requireServiceManager = (env: Environment, homeDir: string): ServiceManager => {
  const manager = findServiceManager(env, homeDir, process.platform);
  if (manager) return manager;
  throw new GatewayError(
    'command_failed',
    '--service knows systemd on Linux and launchd on macOS. Here, `gomodel-ts start` runs the gateway in the background until you log out.',
  );
};
