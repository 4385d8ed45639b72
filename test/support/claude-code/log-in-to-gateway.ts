import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { runTmux } from '../run-tmux.ts';
import { createTemporaryFolder } from '../temporary-folder.ts';
import { ensureClaudeCode } from './run-claude-code.ts';

const LOOK_EVERY_MS = 100;
const DEADLINE_MS = 60_000;

/** What the terminal shows, and the key that goes on from there; the cursor stands on "No" in questions. */
const STEPS: ReadonlyArray<readonly [shown: string, ...keys: string[]]> = [
  ['text style', 'Enter'],
  ['Enter to connect', 'Enter'],
  ['Trust gateway', 'Up', 'Enter'],
];

/**
 * Signs the real Claude Code in to a gateway, in a terminal, as its user would: by the address in the user's settings,
 * the device code that it shows, and the two questions that it asks.
 * @param allow lets the program with this code in
 * @returns its home folder, which `claude -p` goes on with
 */
export const logInToGateway = async (
  gateway: string,
  allow: (userCode: string) => Promise<void>,
): Promise<{ readonly home: string; readonly shown: string }> => {
  const binary = await ensureClaudeCode();
  const folder = createTemporaryFolder('claude-login');
  const [home, workFolder] = [join(folder, 'home'), join(folder, 'work')];
  mkdirSync(join(home, '.claude'), { recursive: true });
  mkdirSync(workFolder);
  const settings = { forceLoginMethod: 'gateway', forceLoginGatewayUrl: gateway };
  writeFileSync(join(home, '.claude', 'settings.json'), JSON.stringify(settings));
  const socket = join(folder, 'tmux');
  const tmux = (...args: string[]): string => runTmux(['-S', socket, ...args]);
  const variables = {
    ...{ PATH: process.env.PATH ?? '', HOME: home, TERM: 'xterm-256color', BROWSER: '/bin/true' },
    ...{ DISABLE_TELEMETRY: '1', DISABLE_ERROR_REPORTING: '1', DISABLE_AUTOUPDATER: '1' },
    ...{
      HTTPS_PROXY: 'http://127.0.0.1:9',
      HTTP_PROXY: 'http://127.0.0.1:9',
      NO_PROXY: 'localhost,127.0.0.1',
    },
  };
  const env = Object.entries(variables).map(([name, value]) => `${name}=${value}`);
  tmux('new-session', '-d', '-x', '140', '-y', '50', '-c', workFolder, 'env', '-i', ...env, binary);
  const until = async (text: string): Promise<string> => {
    const deadline = performance.now() + DEADLINE_MS;
    for (;;) {
      const shown = tmux('capture-pane', '-p');
      if (shown.includes(text)) return shown;
      if (performance.now() > deadline) throw new Error(`it never showed "${text}", but: ${shown}`);
      await pause(LOOK_EVERY_MS);
    }
  };
  const press = async (...keys: string[]): Promise<void> => {
    for (const key of keys) {
      tmux('send-keys', key);
      // A key that comes while the last one is drawn is taken for a paste.
      await pause(LOOK_EVERY_MS * 3);
    }
  };
  try {
    for (const [shown, ...keys] of STEPS) {
      await until(shown);
      await press(...keys);
    }
    const [, code = ''] = /Code: +([A-Z]{4}-[A-Z]{4})/.exec(await until('Code: ')) ?? [];
    await allow(code);
    const shown = await until('Signed in to Cloud gateway as');
    await press('Up', 'Enter');
    await until('Connected to Cloud gateway');
    return { home, shown };
  } finally {
    tmux('kill-server');
  }
};
