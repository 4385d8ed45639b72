import { spawn } from 'node:child_process';
import type { CommandContext } from '../context.ts';

/** The program that opens an address in the user's browser, and what it takes before the address. */
const openerOf = (platform: NodeJS.Platform): readonly [file: string, ...args: string[]] => {
  if (platform === 'darwin') return ['open'];
  if (platform === 'win32') return ['rundll32', 'url.dll,FileProtocolHandler'];
  return ['xdg-open'];
};

/**
 * Opens an address in the browser, without a shell. `BROWSER` names another program.
 * @returns false where there is none: then the address should be shown
 */
export const openAddress = (
  address: string,
  { env }: Pick<CommandContext, 'env'>,
  platform: NodeJS.Platform,
): Promise<boolean> => {
  const [file, ...args] = env.BROWSER ? [env.BROWSER] : openerOf(platform);
  // Without a screen, xdg-open would start a browser of the terminal in the middle of the tail.
  const isHeadless = platform === 'linux' && !env.BROWSER && !env.DISPLAY && !env.WAYLAND_DISPLAY;
  if (isHeadless) return Promise.resolve(false);
  return new Promise((resolve) => {
    const child = spawn(file, [...args, address], { env, stdio: 'ignore', detached: true });
    child.once('error', () => resolve(false));
    child.once('spawn', () => {
      child.unref();
      resolve(true);
    });
  });
};
