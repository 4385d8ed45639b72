import { spawn } from 'node:child_process';
import { createInterface } from 'node:readline';
import { isObject, type JsonObject, parseJson } from '../../base/json-object.ts';

/** Codex's app server: what its desktop app and editors speak with, one JSON message a line. */
export interface AppServer {
  /** @throws Error with Codex's words, where it refuses, ends, or says nothing in time */
  call(method: string, params?: JsonObject): Promise<JsonObject>;
  /** What Codex has told by itself so far. */
  readonly told: ReadonlyArray<{ readonly method: string; readonly params: JsonObject }>;
  close(): void;
}

export interface AppServerInput {
  readonly command: readonly string[];
  readonly env: NodeJS.ProcessEnv;
  readonly cwd: string;
}

const ANSWER_WITHIN_MS = 60_000;
const MAX_LINE = 4 * 2 ** 20;
const MAX_TOLD = 500;
const MAX_STDERR = 16 * 1024;

/** Starts it, and greets it. @throws Error with what Codex printed, where it does not start */
export const startAppServer = async ({ command, env, cwd }: AppServerInput): Promise<AppServer> => {
  const [file = '', ...args] = command;
  const child = spawn(file, args, { env, cwd, stdio: ['pipe', 'pipe', 'pipe'], detached: true });
  const told: { method: string; params: JsonObject }[] = [];
  const waiting = new Map<number, (answer: JsonObject | Error) => void>();
  let printed = '';
  let ended: Error | undefined;
  let last = 0;
  const end = (error: Error): void => {
    ended ??= error;
    for (const settle of waiting.values()) settle(ended);
    waiting.clear();
  };
  child.stdin.on('error', () => {});
  child.stderr.on('data', (chunk: Buffer) => {
    printed = (printed + chunk.toString('utf8')).slice(-MAX_STDERR);
  });
  child.once('error', (cause) => end(cause));
  child.once('close', () => end(new Error(printed.trim() || 'Codex ended and said nothing')));
  createInterface({ input: child.stdout }).on('line', (line) => {
    const message = line.length > MAX_LINE ? undefined : parseJson(line);
    if (!isObject(message)) return;
    const params = isObject(message.params) ? message.params : {};
    const settle = typeof message.id === 'number' ? waiting.get(message.id) : undefined;
    if (settle) {
      waiting.delete(Number(message.id));
      settle(message);
    } else if (typeof message.method === 'string' && told.length < MAX_TOLD) {
      told.push({ method: message.method, params });
    }
  });
  const send = (message: object): void => void child.stdin.write(`${JSON.stringify(message)}\n`);
  const call = async (method: string, params?: JsonObject): Promise<JsonObject> => {
    if (ended) throw ended;
    const id = ++last;
    const answer = await new Promise<JsonObject | Error>((resolve) => {
      const timer = setTimeout(
        () => resolve(new Error(`Codex did not answer ${method} within ${ANSWER_WITHIN_MS / 1000} s`)),
        ANSWER_WITHIN_MS,
      );
      waiting.set(id, (settled) => {
        clearTimeout(timer);
        resolve(settled);
      });
      send({ id, method, ...(params && { params }) });
    });
    if (answer instanceof Error) throw answer;
    if (isObject(answer.error)) throw new Error(String(answer.error.message));
    return isObject(answer.result) ? answer.result : {};
  };
  const close = (): void => {
    // A group of its own: what Codex has started ends with it.
    try {
      if (child.pid !== undefined && child.exitCode === null) process.kill(-child.pid, 'SIGKILL');
    } catch {
      child.kill('SIGKILL');
    }
  };
  try {
    const clientInfo = { name: 'gomodel-ts', version: '1' };
    await call('initialize', { clientInfo, capabilities: { experimentalApi: true } });
    send({ method: 'initialized' });
  } catch (error) {
    close();
    throw error;
  }
  return { call, told, close };
};
