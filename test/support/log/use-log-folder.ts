import { mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach } from 'vitest';
import { systemClock } from '../../../src/base/time/clock.ts';
import { createRecorder, type Recorder, type RecorderDeps } from '../../../src/log/capture/recorder.ts';

/** A data folder of its own for each test, with what the tests ask of the log in it. */
export interface LogFolder {
  readonly dataDir: string;
  readonly folder: string;
  /** Names of the log's files that end so, oldest first. */
  files(ending: string): string[];
  /** All lines of all journals, parsed; those that are no JSON as they are. */
  lines(): unknown[];
  /** Closed after the test, if it has not done so. */
  startRecorder(deps?: Partial<RecorderDeps>): Promise<Recorder>;
}

const parse = (line: string): unknown => {
  try {
    return JSON.parse(line);
  } catch {
    return line;
  }
};

export const useLogFolder = (): LogFolder => {
  let dataDir = '';
  let recorders: Recorder[] = [];
  beforeEach(() => {
    dataDir = mkdtempSync(join(tmpdir(), 'gomodel-audit-'));
  });
  afterEach(async () => {
    for (const recorder of recorders) await recorder.close();
    recorders = [];
    rmSync(dataDir, { recursive: true, force: true });
  });
  const folder = (): string => join(dataDir, 'audit');
  const files = (ending: string): string[] =>
    readdirSync(folder())
      .filter((file) => file.endsWith(ending))
      .sort();
  return {
    get dataDir() {
      return dataDir;
    },
    get folder() {
      return folder();
    },
    files,
    lines: () =>
      files('.jsonl').flatMap((file) =>
        readFileSync(join(folder(), file), 'utf8').split('\n').filter(Boolean).map(parse),
      ),
    startRecorder: async (deps = {}) => {
      const recorder = await createRecorder({
        dataDir,
        clock: systemClock,
        logBodies: true,
        retentionDays: 30,
        maxDiskBytes: 2 ** 31,
        secrets: [],
        ...deps,
      });
      await recorder.recovered;
      recorders.push(recorder);
      return recorder;
    },
  };
};
