import { errorCodeOf } from '../base/system-error.ts';
import type { Clock } from '../base/time/clock.ts';
import { createListeners } from './listeners.ts';

/** Why the log cannot be written at the moment. */
export interface RecorderTrouble {
  /** ISO 8601. */
  readonly since: string;
  readonly message: string;
}

const CAUSES: Readonly<Record<string, string>> = {
  ENOSPC: 'the disk is full; free some space or lower LOGGING_MAX_DISK',
  EDQUOT: 'the disk quota is used up; free some space or lower LOGGING_MAX_DISK',
  EFBIG: 'the file size limit of this process is reached; raise it (ulimit -f)',
  EACCES: 'the folder is not writable; change its owner or choose another data folder',
  EPERM: 'the folder is not writable; change its owner or choose another data folder',
  EROFS: 'the file system is read-only; choose another data folder',
  ENOTDIR: 'a file stands where the folder should be; move it away',
  EEXIST: 'a file stands where the folder should be; move it away',
  EMFILE: 'this process has no file descriptor left; raise the limit (ulimit -n)',
  ENFILE: 'the system has no file descriptor left',
};

/** Whether the log can be written, and who wants to know. */
export interface TroubleState {
  readonly current: RecorderTrouble | undefined;
  raise(cause: unknown): void;
  clear(): void;
  subscribe(listener: (trouble: RecorderTrouble | undefined) => void): () => void;
}

export const createTroubleState = (folder: string, clock: Clock): TroubleState => {
  const listeners = createListeners<RecorderTrouble | undefined>();
  let current: RecorderTrouble | undefined;
  const change = (next: RecorderTrouble | undefined): void => {
    if (next?.message === current?.message) return;
    current = next;
    listeners.tell(next);
  };
  return {
    get current() {
      return current;
    },
    raise: (cause) => {
      const code = errorCodeOf(cause) || 'unknown error';
      const reason = CAUSES[code] ?? (cause instanceof Error ? cause.message : String(cause));
      change({
        since: current?.since ?? new Date(clock.now()).toISOString(),
        message: `the audit log in ${folder} cannot be written (${code}): ${reason}. Requests go on`,
      });
    },
    clear: () => change(undefined),
    subscribe: listeners.add,
  };
};
