import { setTimeout as sleep } from 'node:timers/promises';
import { GatewayError } from '../../base/errors.ts';
import { hasErrorCode } from '../../base/system-error.ts';
import type { Hold } from '../../state/sole-hold.ts';

/** A gateway that ends may need so long to settle what it still serves. */
const WAIT_MS = 3_000;
const RETRY_MS = 200;
/** How often a gateway that started beside another one looks whether that still counts. */
const LOOK_EVERY_MS = 1_000;

/** What cannot be written cannot be shared either: then each process counts what it serves itself. */
const NOT_WRITABLE = ['EACCES', 'EPERM', 'EROFS', 'ENOSPC', 'ENOTDIR', 'EDQUOT'] as const;

/** One process counts for a data folder: two that count apart would let in more than they may. */
export interface SoleCounter {
  /**
   * Waits a few seconds for a gateway that ends.
   * @throws GatewayError command_failed where another one goes on
   */
  start(): Promise<void>;
  /**
   * Takes the counting over once nobody else does it.
   * @returns when it has looked; never rejects
   */
  want(): Promise<void>;
  /** @throws GatewayError counted_elsewhere where this process must not count */
  check(): void;
  /** Who counts instead of this process, in a sentence. */
  readonly problem: string | undefined;
  close(): void;
}

export interface SoleCounterDeps {
  /** As messages name it. */
  readonly dataDir: string;
  readonly take: () => Promise<Hold>;
  /** Called once, before the first check that passes. */
  readonly onHeld: () => void;
  readonly waitMs?: number;
}

const REMEDY =
  'stop that one, send these requests to it, or give this one a folder of its own (--data-dir or GOMODEL_HOME). For several processes on one folder use `gomodel-ts serve --workers N`.';

export const createSoleCounter = ({
  dataDir,
  take,
  onHeld,
  waitMs = WAIT_MS,
}: SoleCounterDeps): SoleCounter => {
  let hold: Hold | undefined;
  let isCounting = false;
  let timer: NodeJS.Timeout | undefined;
  let isClosed = false;

  const sentence = (pid: number | undefined): string =>
    `another gateway${pid === undefined ? '' : ` (process ${pid})`} counts the budgets and rate limits of ${dataDir}, and two that count apart would let in more than they may`;

  const begin = (): void => {
    isCounting = true;
    onHeld();
  };
  /** @returns whether this process counts now */
  const tryOnce = async (): Promise<boolean> => {
    if (isCounting || isClosed) return isCounting;
    try {
      const taken = await take();
      if (isClosed && taken.kind === 'held') taken.release();
      else hold = taken;
    } catch (cause) {
      if (!hasErrorCode(cause, ...NOT_WRITABLE)) throw cause;
      hold = { kind: 'held', release: () => {} };
    }
    if (!isClosed && hold?.kind === 'held') begin();
    return isCounting;
  };
  const look = async (): Promise<void> => {
    timer = undefined;
    // A lock that somebody keeps for too long: looked at again like one that is taken.
    const counts = await tryOnce().catch(() => false);
    if (!counts && !isClosed) timer ??= setTimeout(() => void look(), LOOK_EVERY_MS).unref();
  };
  const pidOf = (): number | undefined => (hold?.kind === 'taken' ? hold.pid : undefined);

  return {
    start: async () => {
      const giveUpAt = performance.now() + waitMs;
      while (!(await tryOnce())) {
        if (performance.now() > giveUpAt) {
          throw new GatewayError('command_failed', `${sentence(pidOf())}: ${REMEDY}`);
        }
        await sleep(RETRY_MS);
      }
    },
    want: async () => {
      if (!isCounting && !isClosed && timer === undefined) await look();
    },
    check: () => {
      if (isCounting) return;
      throw new GatewayError('counted_elsewhere', `${sentence(pidOf())}: ${REMEDY}`);
    },
    get problem() {
      return isCounting || hold === undefined ? undefined : `${sentence(pidOf())}. Its figures count.`;
    },
    close: () => {
      isClosed = true;
      clearTimeout(timer);
      if (hold?.kind === 'held') hold.release();
    },
  };
};
