import { execFileSync } from 'node:child_process';
import { onTestFinished } from 'vitest';
import { createTemporaryFolder } from '../temporary-folder.ts';

/** A small file system of its own; only root may have one. */
export interface SmallDisk {
  readonly folder: string;
  remount(options: string): void;
}

/** @returns undefined where it may not be made */
export const mountSmallDisk = (options: string): SmallDisk | undefined => {
  const folder = createTemporaryFolder('disk');
  try {
    execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'tmpfs', folder], { stdio: 'ignore' });
  } catch {
    return undefined;
  }
  onTestFinished(() => void execFileSync('umount', ['-l', folder], { stdio: 'ignore' }));
  return {
    folder,
    remount: (changed) => void execFileSync('mount', ['-o', `remount,${changed}`, folder]),
  };
};
