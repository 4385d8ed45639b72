import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { createInterface } from 'node:readline';
import { ensureCodex } from './ensure-codex.ts';
import { createCodexFolders } from './run-codex.ts';
import { startProxyTrap } from './start-proxy-trap.ts';

/** `codex app-server`, as an editor runs it: one process for many turns. */
export interface AppServer {
  /** Lets it do one turn of a new thread. @returns the thread's id, when the turn has ended */
  runTurn(text: string): Promise<string>;
  /** Ends it, as an editor that closes does. */
  close(): Promise<void>;
}

type Message = Readonly<Record<string, unknown>> & {
  readonly id?: number;
  readonly method?: string;
  readonly result?: { readonly thread?: { readonly id: string } };
  readonly error?: unknown;
};

export const startAppServer = async (
  version: string,
  configToml: string,
  more: Readonly<Record<string, string>>,
): Promise<AppServer> => {
  const binary = await ensureCodex(version);
  const { codexHome, home, workFolder } = createCodexFolders();
  writeFileSync(join(codexHome, 'config.toml'), configToml);
  const trap = await startProxyTrap();
  const child = spawn(binary, ['app-server'], {
    cwd: workFolder,
    env: { PATH: process.env.PATH, HOME: home, CODEX_HOME: codexHome, ...trap.env, ...more },
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const exited = once(child, 'exit');
  const waiting = new Set<(message: Message) => void>();
  createInterface(child.stdout).on('line', (line) => {
    const message = JSON.parse(line) as Message;
    for (const look of waiting) look(message);
  });
  const until = (matches: (message: Message) => boolean): Promise<Message> =>
    new Promise((resolve) => {
      const look = (message: Message): void => {
        if (!matches(message)) return;
        waiting.delete(look);
        resolve(message);
      };
      waiting.add(look);
    });
  let lastId = 0;
  const ask = async (method: string, params: object): Promise<Message> => {
    const id = ++lastId;
    const answered = until((message) => message.id === id && message.method === undefined);
    child.stdin.write(`${JSON.stringify({ id, method, params })}\n`);
    const answer = await answered;
    if (answer.error !== undefined) throw new Error(`${method}: ${JSON.stringify(answer.error)}`);
    return answer;
  };
  await ask('initialize', { clientInfo: { name: 'gomodel-ts-test', version: '1' } });
  child.stdin.write(`${JSON.stringify({ method: 'initialized' })}\n`);
  return {
    runTurn: async (text) => {
      const { result } = await ask('thread/start', { cwd: workFolder });
      const threadId = result?.thread?.id ?? '';
      const ended = until(({ method }) => method === 'turn/completed');
      await ask('turn/start', { threadId, input: [{ type: 'text', text }] });
      await ended;
      return threadId;
    },
    close: async () => {
      child.stdin.end();
      await exited;
      await trap.close();
    },
  };
};
