import { isForeground } from './is-foreground.ts';

export interface KeysDeps {
  readonly stdin: NodeJS.ReadStream;
  /** A key that was pressed, or a sequence of one. */
  readonly onKey: (key: string) => void;
  /** The process goes on after it was stopped by Ctrl-Z. */
  readonly onResume: () => void;
  readonly process: Pick<NodeJS.Process, 'kill' | 'pid' | 'platform' | 'on' | 'off'>;
}

/** What the terminal itself does for these keys, as long as it is not raw. */
const SIGNALS: Readonly<Record<string, NodeJS.Signals>> = {
  '\x03': 'SIGINT',
  '\x1a': 'SIGTSTP',
  '\x1c': 'SIGQUIT',
};

/** Pasted text, and the sequences of keys that are no letters, are no commands. */
const MAX_AT_ONCE = 8;

/**
 * Reads single keys, so that nothing typed shows up between the lines. The terminal is raw meanwhile, and
 * as it was again when the process is stopped or `end` is called; Node puts it back where the process exits.
 * @returns undefined where nobody can press keys: no terminal, or a process in the background
 */
export const readKeys = (deps: KeysDeps): { readonly end: () => void } | undefined => {
  const { stdin, onKey, onResume, process } = deps;
  const canRead = (): boolean => isForeground(process.platform, process.pid);
  if (!stdin.isTTY || !canRead()) return undefined;

  const begin = (): void => {
    stdin.setRawMode(true);
    stdin.resume();
  };
  const pause = (): void => {
    stdin.pause();
    stdin.setRawMode(false);
  };
  const stopProcess = (): void => {
    pause();
    process.kill(process.pid, 'SIGTSTP');
  };
  const goOn = (): void => {
    if (!canRead()) return;
    begin();
    onResume();
  };
  const onData = (data: Buffer | string): void => {
    const text = data.toString();
    if (text.length > MAX_AT_ONCE || text.startsWith('\x1b')) return;
    for (const key of text) {
      const signal = SIGNALS[key];
      if (signal === 'SIGTSTP') stopProcess();
      else if (signal) process.kill(process.pid, signal);
      else onKey(key);
    }
  };
  begin();
  stdin.on('data', onData);
  process.on('SIGCONT', goOn);
  return {
    end: () => {
      stdin.off('data', onData);
      process.off('SIGCONT', goOn);
      pause();
      stdin.unref?.();
    },
  };
};
