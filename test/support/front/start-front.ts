import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import { readFileSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { findFreePort } from '../../bench/find-free-port.ts';
import { nginxCommand, nginxConfig } from '../../bench/nginx-config.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** A server in front of the gateway, as the documentation configures it, for the name gw.corp. */
export interface Front {
  readonly name: string;
  /** Why this machine cannot run it; undefined where it can. */
  readonly without: string | undefined;
  /**
   * @param pair the files of its certificate
   * @param behindAnother whether other proxies of this machine are in front of it, and believed
   * @returns its port
   */
  start(
    gatewayPort: number,
    pair: { readonly certFile: string; readonly keyFile: string },
    behindAnother?: boolean,
  ): Promise<number>;
}

const PATH = `${process.env.PATH}:/usr/sbin:/sbin`;
const PAGE = readFileSync(join(import.meta.dirname, '../../../.github/docs/fleet.md'), 'utf8');

const recipeOf = (language: string): string =>
  new RegExp(`\`\`\`${language}\\n([\\s\\S]+?)\`\`\``).exec(PAGE)?.[1] ?? '';

const whyWithout = (program: string, args: readonly string[]): string | undefined =>
  spawnSync(program, args, { env: { PATH } }).error?.message;

const untilListening = async (port: number): Promise<void> => {
  for (;;) {
    const socket = connect(port, '127.0.0.1');
    const isOpen = await Promise.race([
      once(socket, 'connect').then(() => true),
      once(socket, 'error').then(() => false),
    ]).catch(() => false);
    socket.destroy();
    if (isOpen) return;
  }
};

const run = async (
  program: string,
  args: readonly string[],
  port: number,
  env: NodeJS.ProcessEnv = {},
): Promise<number> => {
  const child = spawn(program, args, { env: { PATH, ...env }, stdio: 'ignore' });
  onTestFinished(async () => {
    child.kill();
    await once(child, 'exit');
  });
  await untilListening(port);
  return port;
};

const [NGINX = ''] = nginxCommand('', '');

const nginx: Front = {
  name: 'nginx',
  without: whyWithout(NGINX, ['-v']),
  // It always adds to what is there: whom to believe is for the gateway to say.
  start: async (gatewayPort, { certFile, keyFile }) => {
    const folder = createTemporaryFolder('nginx');
    const port = await findFreePort();
    const recipe = recipeOf('nginx')
      .replace('listen 443 ssl', `listen 127.0.0.1:${port} ssl`)
      .replace('server 127.0.0.1:8080', `server 127.0.0.1:${gatewayPort}`)
      .replace('/etc/nginx/gw.crt', certFile)
      .replace('/etc/nginx/gw.key', keyFile);
    const file = join(folder, 'nginx.conf');
    writeFileSync(file, nginxConfig(folder, recipe));
    const [, ...args] = nginxCommand(folder, file);
    return run(NGINX, args, port);
  },
};

const caddy: Front = {
  name: 'Caddy',
  without: whyWithout('caddy', ['version']),
  start: async (gatewayPort, { certFile, keyFile }, behindAnother = false) => {
    const folder = createTemporaryFolder('caddy');
    const port = await findFreePort();
    // No certificate from elsewhere, no other port, nothing outside of the folder.
    const options = `{\n  admin off\n  auto_https off\n  log {\n    level ERROR\n  }\n}\n`;
    const recipe = recipeOf('caddy')
      .replace('gw.corp {', `https://gw.corp:${port} {\n  bind 127.0.0.1\n  tls ${certFile} ${keyFile}`)
      .replace(
        'reverse_proxy 127.0.0.1:8080 {',
        `reverse_proxy 127.0.0.1:${gatewayPort} {${behindAnother ? '\n    trusted_proxies 127.0.0.0/8' : ''}`,
      );
    const file = join(folder, 'Caddyfile');
    writeFileSync(file, `${options}${recipe}`);
    const args = ['run', '--config', file, '--adapter', 'caddyfile'];
    return run('caddy', args, port, { HOME: folder, XDG_DATA_HOME: folder, XDG_CONFIG_HOME: folder });
  },
};

/** Those that the documentation has a recipe for. */
export const FRONTS: readonly Front[] = [nginx, caddy];
