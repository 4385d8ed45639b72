import { readdirSync, readFileSync } from 'node:fs';

const read = (path: string): string => {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile, or this system has no /proc.
    return '';
  }
};

const list = (path: string): string[] => {
  try {
    return readdirSync(path);
  } catch {
    return [];
  }
};

/** A process and all that it started, since some rivals start another runtime. */
const familyOf = (pid: number): number[] => {
  const children = list(`/proc/${pid}/task`).flatMap((task) =>
    read(`/proc/${pid}/task/${task}/children`).split(' ').filter(Boolean).map(Number),
  );
  return [pid, ...children.flatMap(familyOf)];
};

/** Processor time so far of a process and its children, all threads, in ms; 0 without /proc. */
export const readCpuMs = (pid: number): number => {
  let nanoseconds = 0;
  for (const member of familyOf(pid)) {
    for (const task of list(`/proc/${member}/task`)) {
      nanoseconds += Number(read(`/proc/${member}/task/${task}/schedstat`).split(' ', 1)[0]);
    }
  }
  return nanoseconds / 1e6;
};

/** Resident memory of a process and its children, in MB of 10^6 bytes; 0 without /proc. */
export const readResidentMb = (pid: number): number => {
  let kib = 0;
  for (const member of familyOf(pid)) {
    kib += Number(/VmRSS:\s+(\d+)/.exec(read(`/proc/${member}/status`))?.[1] ?? 0);
  }
  return (kib * 1024) / 1e6;
};
