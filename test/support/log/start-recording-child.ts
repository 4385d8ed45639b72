import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { buildSync } from 'esbuild';

const ROOT = join(import.meta.dirname, '../../..');

/** What records, as JavaScript that any supported Node runs. */
export interface RecordingProgram {
  /** @param script what runs after `recorder` was created in `dataDir` */
  start(dataDir: string, script: string): RecordingChild;
  /** Ends all children, too. */
  remove(): void;
}

export interface RecordingChild {
  readonly process: ChildProcess;
  /** What it has printed, line by line; the last one only when it is whole. */
  printed(): string[];
  /** Resolves when it has printed so many lines. */
  untilPrinted(count: number): Promise<void>;
  kill(): Promise<void>;
  /** @returns its exit code */
  ended(): Promise<number | null>;
}

const compile = (folder: string): void => {
  buildSync({
    absWorkingDir: join(ROOT, 'src'),
    entryPoints: ['log/capture/recorder.ts', 'state/state.ts'],
    outdir: folder,
    bundle: true,
    packages: 'external',
    platform: 'node',
    target: 'node20.19',
    format: 'esm',
    logLevel: 'warning',
  });
  writeFileSync(join(folder, 'package.json'), '{"type":"module"}');
};

const START = `
import { writeSync } from 'node:fs';
import { setTimeout as sleep } from 'node:timers/promises';
import { createRecorder } from './log/capture/recorder.js';
const options = JSON.parse(process.argv[2]);
const clock = { now: () => Date.now(), monotonic: () => performance.now() };
const recorder = await createRecorder({
  dataDir: options.dataDir, clock, logBodies: true, retentionDays: 30, maxDiskBytes: 2 ** 31, secrets: [],
  ...options.deps,
});
const print = (text) => writeSync(1, text + '\\n');
const open = () => recorder.open({ method: 'POST', path: '/v1/responses', transport: 'http', rawHeaders: [] });
`;

export const compileRecordingProgram = (): RecordingProgram => {
  // Below the checkout: its packages are found from there.
  mkdirSync(join(ROOT, '.cache'), { recursive: true });
  const folder = mkdtempSync(join(ROOT, '.cache/recording-'));
  compile(folder);
  let scripts = 0;
  const children = new Set<ChildProcess>();
  const start = (dataDir: string, script: string): RecordingChild => {
    const file = join(folder, `script-${scripts++}.js`);
    writeFileSync(file, START + script);
    const child = spawn(process.execPath, [file, JSON.stringify({ dataDir })], {
      stdio: ['ignore', 'pipe', 'pipe'],
    });
    children.add(child);
    let output = '';
    let errors = '';
    child.stderr.setEncoding('utf8').on('data', (text: string) => {
      errors += text;
    });
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
    });
    const exited = once(child, 'close');
    const printed = (): string[] => output.split('\n').slice(0, -1);
    return {
      process: child,
      printed,
      untilPrinted: async (count) => {
        while (printed().length < count) {
          const isOver = await Promise.race([
            once(child.stdout, 'data').then(() => false),
            exited.then(() => true),
          ]);
          if (isOver) throw new Error(`the child ended after ${printed().length} lines: ${errors}`);
        }
      },
      kill: async () => {
        child.kill('SIGKILL');
        await exited;
      },
      ended: async () => (await exited)[0] as number | null,
    };
  };
  const remove = (): void => {
    for (const child of children) child.kill('SIGKILL');
    rmSync(folder, { recursive: true, force: true });
  };
  return { start, remove };
};
