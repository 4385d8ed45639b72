import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

/** Fields 5 and 8 behind the name, which may hold blanks and brackets: the process group, and the terminal's. */
const isForegroundByStat = (stat: string): boolean => {
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields[2] === fields[5];
};

/**
 * Whether this process may change its terminal: the system stops one in the background that tries.
 * @see proc_pid_stat(5); elsewhere `ps` marks the foreground with `+`
 */
export const isForeground = (platform: NodeJS.Platform, pid: number): boolean => {
  if (platform === 'win32') return true;
  try {
    if (platform === 'linux') return isForegroundByStat(readFileSync('/proc/self/stat', 'utf8'));
    return execFileSync('ps', ['-o', 'stat=', '-p', String(pid)], { encoding: 'utf8' }).includes('+');
  } catch {
    return false;
  }
};
