import { execFileSync } from 'node:child_process';
import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';
import { isObject } from '../base/json-object.ts';
import { hasErrorCode } from '../base/system-error.ts';

/**
 * Which process wrote something. A process id alone is soon used again, and is 1 in every container.
 */
export interface ProcessIdentity {
  readonly pid: number;
  /**
   * Boot and process-id namespace, or the machine: process ids mean the same only where these are the same. Not
   * the host's name, which another network may change.
   */
  readonly place: string;
  /** Clock ticks from boot to the start of the process; absent where the system does not tell. */
  readonly startTicks?: number;
}

/** A live process touches what it owns at least this often. */
export const HEARTBEAT_MS = 20_000;
/** Without a touch for so long, a process that cannot be asked counts as dead. */
const HEARTBEAT_LOST_MS = 6 * HEARTBEAT_MS;

const readOr = <T>(read: () => T, otherwise: T): T => {
  try {
    return read();
  } catch {
    return otherwise;
  }
};

/**
 * Fields 3 and 22 of `/proc/PID/stat`; the name in field 2 may hold blanks and parentheses.
 * @returns undefined if it has ended, too: a process that nobody has waited for is still listed
 */
const startTicksOf = (pid: number): number | undefined =>
  readOr(() => {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const [state = '', ...more] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return 'ZX'.includes(state) ? undefined : Number(more[18]);
  }, undefined);

/** Commands that print a name of this boot or machine, on systems that have no file with it. */
const MACHINE_COMMANDS: Partial<Record<NodeJS.Platform, readonly [file: string, ...args: string[]]>> = {
  darwin: ['/usr/sbin/sysctl', '-n', 'kern.bootsessionuuid'],
  freebsd: ['/sbin/sysctl', '-n', 'kern.hostuuid'],
  win32: ['reg.exe', 'query', 'HKLM\\SOFTWARE\\Microsoft\\Cryptography', '/v', 'MachineGuid'],
};
const COMMAND_TIMEOUT_MS = 2_000;

const machineId = (): string => {
  const [file, ...args] = MACHINE_COMMANDS[process.platform] ?? [];
  const printed = file
    ? readOr(() => execFileSync(file, args, { timeout: COMMAND_TIMEOUT_MS, stdio: 'pipe' }).toString(), '')
    : readOr(() => readFileSync('/etc/machine-id', 'latin1'), '');
  return /[0-9a-f]{8}-?(?:[0-9a-f]{4}-?){3}[0-9a-f]{12}/i.exec(printed)?.[0] ?? hostname();
};

const currentPlace = (): string => {
  const boot = readOr(() => readFileSync('/proc/sys/kernel/random/boot_id', 'latin1').trim(), '');
  const namespace = readOr(() => readlinkSync('/proc/self/ns/pid'), '');
  return [boot || machineId(), namespace].filter(Boolean).join(' ');
};

/** Older versions put the host's name before it. */
const isSamePlace = (one: string, other: string): boolean =>
  one === other || one.endsWith(` ${other}`) || other.endsWith(` ${one}`);

let own: ProcessIdentity | undefined;

export const ownIdentity = (): ProcessIdentity => {
  if (!own) {
    const startTicks = startTicksOf(process.pid);
    own = {
      pid: process.pid,
      place: currentPlace(),
      ...(startTicks === undefined ? {} : { startTicks }),
    };
  }
  return own;
};

const exists = (pid: number): boolean => {
  try {
    process.kill(pid, 0);
    return true;
  } catch (cause) {
    return hasErrorCode(cause, 'EPERM');
  }
};

/**
 * Whether the process still runs: asked of the system where it can know, else by its last heartbeat.
 * @param lastSeenMs when it last touched what it owns (a file's modification time)
 * @param nowMs by the same clock as file times
 */
export const isAlive = (process: ProcessIdentity, lastSeenMs: number, nowMs: number): boolean => {
  const self = ownIdentity();
  const isFresh = nowMs - lastSeenMs < HEARTBEAT_LOST_MS;
  if (!isSamePlace(process.place, self.place)) return isFresh;
  if (process.pid === self.pid) return process.startTicks === self.startTicks;
  if (!exists(process.pid)) return false;
  return process.startTicks === undefined ? isFresh : process.startTicks === startTicksOf(process.pid);
};

/** Whether a process of this host and namespace still runs, as far as the system tells. */
export const isAliveHere = (process: ProcessIdentity): boolean =>
  isSamePlace(process.place, ownIdentity().place) && isAlive(process, 0, 0);

/** @returns undefined if the value (parsed from a file) is no identity */
export const parseIdentity = (value: unknown): ProcessIdentity | undefined => {
  if (!isObject(value)) return undefined;
  const { pid, place, startTicks } = value;
  if (typeof pid !== 'number' || typeof place !== 'string') return undefined;
  return { pid, place, ...(typeof startTicks === 'number' ? { startTicks } : {}) };
};
