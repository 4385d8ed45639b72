import { setTimeout as pause } from 'node:timers/promises';
import { CLI } from '../cli/start-cli.ts';
import { runTmux } from '../run-tmux.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** The built CLI in a terminal of its own. */
export interface TerminalGateway {
  readonly port: number;
  /** What the terminal shows: lines with colours. */
  screen(): string;
  /** The same without colours, and without the empty lines at its end. */
  text(): string;
  /** Presses keys, by the names that tmux has for them. */
  press(...keys: readonly string[]): void;
  stop(): void;
}

const POLL_MS = 100;

/** Starts `gomodel-ts serve` in tmux, with nothing of this shell's in its environment, and waits until it listens. */
export const serveInTerminal = async (
  env: Readonly<Record<string, string>>,
  { columns, rows }: { readonly columns: number; readonly rows: number },
): Promise<TerminalGateway> => {
  const home = createTemporaryFolder('pictures');
  const run = (...args: readonly string[]): string =>
    runTmux(['-S', `${home}/tmux`, '-f', '/dev/null', ...args]);
  const variables = Object.entries({ HOME: home, TERM: 'screen-256color', FORCE_COLOR: '1', ...env });
  // What the terminal is like when the gateway has ended is seen, too.
  const command = [
    ...['env', '-i', `PATH=${process.env.PATH}`, ...variables.map(([name, value]) => `${name}=${value}`)],
    ...[process.execPath, CLI, 'serve', '--port', '0'],
  ];
  const size = ['-x', String(columns), '-y', String(rows)];
  const typed = command.map((word) => `'${word}'`).join(' ');
  run('new-session', '-d', ...size, '-c', home, `${typed}; echo ended with $?; stty -a; sleep 600`);
  const screen = (): string => run('capture-pane', '-e', '-p');
  for (;;) {
    const port = /localhost:(\d+)\/v1/.exec(screen())?.[1];
    if (port) {
      return {
        port: Number(port),
        screen,
        text: () => run('capture-pane', '-p').trimEnd(),
        press: (...keys) => void run('send-keys', ...keys),
        stop: () => void run('kill-server'),
      };
    }
    await pause(POLL_MS);
  }
};
